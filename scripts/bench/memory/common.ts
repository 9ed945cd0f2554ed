/** What the jobs are handed here as they are on a function: settings, clocks, connected stores; queues that forget. */
import type { Task } from '../../../lib/core/task.ts';
import { parseTask } from '../../../lib/core/task.ts';
import type { Queue } from '../../../lib/ports/queue.ts';
import { systemClock as clock, systemDice as dice } from '../../../lib/runtime/clock.ts';
import { FUNCTION } from '../../../lib/runtime/limits.ts';
import { jsonLog } from '../../../lib/runtime/log.ts';
import { connectStores } from '../../../lib/runtime/stores.ts';

const KEY = { id: 'bench', secret: 'bench' };

/** Never aborted. */
export const CALM = new AbortController().signal;

export interface Places {
  readonly sourcePort: number;
  readonly sinkPort: number;
  readonly bucket: string;
  /** A key of the state bucket. */
  readonly manifest?: string;
}

export function benchTask({ sourcePort, sinkPort, bucket, manifest }: Places): Task {
  const at = (port: number) => `http://127.0.0.1:${String(port)}`;
  const target = 'memory-1250000000';
  return parseTask({
    taskId: 'memory',
    source: {
      ...{ bucket, region: 'oss-cn-hangzhou', endpoint: at(sourcePort) },
      ...(manifest !== undefined && { manifest: `cos://${target}/${manifest}` }),
    },
    target: { bucket: target, region: 'ap-guangzhou', endpoint: at(sinkPort) },
  });
}

/** As `lib/runtime/compose.ts` does it, but for the engines. */
export function functionPorts(queue: Queue) {
  const credentials = { oss: () => KEY, cos: () => KEY };
  const stores = connectStores({ credentials, clock, dice, connectionsMax: FUNCTION.connectionsMax });
  return { stores, queue, clock, dice, log: jsonLog(process.stderr) };
}
