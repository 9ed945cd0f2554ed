/** One job in a process of its own: `node bench-memory-job.js JOB SOURCE_PORT SINK_PORT SIZE` prints what it did and its peaks as JSON. */
import { copyMixed } from './copy.ts';
import { peaksOf } from './peaks.ts';
import { planAll } from './planner.ts';
import { finishFailed } from './reporter.ts';

const [job = '', sourcePort = '', sinkPort = '', size = ''] = process.argv.slice(2);
const places = { sourcePort: Number(sourcePort), sinkPort: Number(sinkPort) };

const JOBS: Readonly<Record<string, () => Promise<string>>> = {
  copy: () => copyMixed({ ...places, bucket: `mixed-${size}` }),
  'reporter-short': () => finishFailed({ ...places, bucket: 'any' }, 'short', Number(size)),
  'reporter-long': () => finishFailed({ ...places, bucket: 'any' }, 'long', Number(size)),
  'planner-bucket': () => planAll({ ...places, bucket: 'flat' }),
  'planner-list': () => planAll({ ...places, bucket: 'flat', manifest: `lists/keys-${size}.txt` }),
};

const work = JOBS[job];
if (work === undefined) throw new Error(`a job is one of ${Object.keys(JOBS).join(', ')}`);
let done = '';
const peaks = await peaksOf(async () => (done = await work()));
process.stdout.write(JSON.stringify({ done, ...peaks }) + '\n');
