/** One migration by oss2cos as its user runs it, in a process of its own; prints what it cost as a line of JSON. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTask } from '../../lib/core/task.ts';
import { systemClock, systemDice } from '../../lib/runtime/clock.ts';
import { ONE_PROCESS } from '../../lib/runtime/limits.ts';
import { jsonLog } from '../../lib/runtime/log.ts';
import { migrate } from '../../lib/runtime/one-process.ts';
import { connectStores } from '../../lib/runtime/stores.ts';
import { measured } from './cost.ts';

/** Its arguments: ports of source and sink, the source bucket. */
async function run(sourcePort: string, sinkPort: string, bucket: string): Promise<void> {
  const stateDir = await mkdtemp(join(tmpdir(), 'oss2cos-bench-'));
  const key = { id: 'bench', secret: 'bench' };
  const stores = connectStores({
    credentials: { oss: () => key, cos: () => key },
    clock: systemClock,
    dice: systemDice,
    connectionsMax: ONE_PROCESS.concurrency + ONE_PROCESS.partsInFlight,
  });
  const task = parseTask({
    source: { bucket, region: 'oss-cn-hangzhou', endpoint: `http://127.0.0.1:${sourcePort}` },
    target: {
      bucket: `ours-${bucket.replaceAll(/[^a-z0-9]/g, '')}-1250000000`,
      region: 'ap-guangzhou',
      endpoint: `http://127.0.0.1:${sinkPort}`,
    },
  });
  const cost = await measured(async () => {
    const report = await migrate({
      task,
      stateDir,
      stores,
      concurrency: ONE_PROCESS.concurrency,
      clock: systemClock,
      dice: systemDice,
      log: jsonLog(process.stderr),
      onReport: () => undefined,
      onWarning: () => undefined,
      signal: new AbortController().signal,
    });
    if (report.status !== 'succeeded') throw new Error(`the migration ended as ${report.status}`);
    return { objects: report.objects.copied, bytes: report.bytes.copied };
  });
  await stores.close();
  await rm(stateDir, { recursive: true });
  process.stdout.write(JSON.stringify(cost) + '\n');
}

const [sourcePort = '', sinkPort = '', bucket = ''] = process.argv.slice(2);
await run(sourcePort, sinkPort, bucket);
