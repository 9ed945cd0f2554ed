/** Starts both stand-ins for people who try things, says how to reach them, and stops at Ctrl-C. */
import { parseArgs } from 'node:util';
import { startCos } from './cos/server.ts';
import { startOss } from './oss/server.ts';
import { samples } from './samples.ts';

const SOURCE = { bucket: 'photos', region: 'oss-cn-hangzhou' } as const;
const TARGET = { bucket: 'photos-1250000000', region: 'ap-guangzhou' } as const;
const CREDENTIAL = { id: 'standin-id', secret: 'standin-secret' } as const;

const USAGE = `usage: standins [--oss-port PORT] [--cos-port PORT] [--directory DIR] [--objects N]
  --oss-port, --cos-port  default: any free port
  --directory             uploaded bodies become files in here; default: memory
  --objects               how many plain objects to put into the source; default 100
`;

const OPTIONS = {
  'oss-port': { type: 'string', default: '0' },
  'cos-port': { type: 'string', default: '0' },
  directory: { type: 'string' },
  objects: { type: 'string', default: '100' },
  help: { type: 'boolean', default: false },
} as const;

interface Settings {
  readonly ossPort: number;
  readonly cosPort: number;
  readonly objects: number;
  readonly directory: string | undefined;
}

/** @throws Error with a message for the user. */
function settings(args: string[]): Settings | 'help' {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return 'help';
  const number = (name: 'oss-port' | 'cos-port' | 'objects', max: number): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw new Error(`--${name} wants a number up to ${String(max)}`);
    return value;
  };
  const { directory } = values;
  return {
    ossPort: number('oss-port', 65_535),
    cosPort: number('cos-port', 65_535),
    objects: number('objects', 1_000_000),
    directory,
  };
}

async function start({ ossPort, cosPort, objects, directory }: Settings): Promise<void> {
  const credentials = [CREDENTIAL];
  const oss = await startOss({
    port: ossPort,
    directory,
    credentials,
    buckets: { [SOURCE.bucket]: { region: SOURCE.region } },
  });
  const cos = await startCos({
    port: cosPort,
    directory,
    credentials,
    buckets: { [TARGET.bucket]: { region: TARGET.region } },
  });
  for (const sample of samples(objects)) await oss.seed(SOURCE.bucket, sample);
  process.stdout.write(
    announcement({ ossUrl: oss.url, cosUrl: cos.url, objects: oss.store(SOURCE.bucket).count }),
  );
  process.once('SIGINT', () => {
    void Promise.all([oss.close(), cos.close()]).then(() => process.stdout.write('stopped\n'));
  });
}

function announcement(running: { ossUrl: string; cosUrl: string; objects: number }): string {
  const task = {
    taskId: 'try-it',
    source: { ...SOURCE, endpoint: running.ossUrl },
    target: { ...TARGET, endpoint: running.cosUrl },
  };
  return `OSS  ${running.ossUrl}  bucket ${SOURCE.bucket} (${SOURCE.region}), ${String(running.objects)} objects
COS  ${running.cosUrl}  bucket ${TARGET.bucket} (${TARGET.region}), empty

export OSS_ACCESS_KEY_ID=${CREDENTIAL.id} OSS_ACCESS_KEY_SECRET=${CREDENTIAL.secret}
export COS_SECRET_ID=${CREDENTIAL.id} COS_SECRET_KEY=${CREDENTIAL.secret}

task.json:
${JSON.stringify(task, undefined, 2)}

Ctrl-C stops.
`;
}

try {
  const chosen = settings(process.argv.slice(2));
  if (chosen === 'help') process.stdout.write(USAGE);
  else await start(chosen);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 1;
}
