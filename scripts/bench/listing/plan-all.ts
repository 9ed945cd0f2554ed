/** A task of one flat bucket, planned by so many planners side by side, until nothing rings any more. */
import { type PlanPorts, planRange } from '../../../lib/app/plan-range.ts';
import { type Forking, FORKING } from '../../../lib/core/forking.ts';
import { ROOT_RANGE } from '../../../lib/app/start-task.ts';
import { parseMessage, type RangeMessage } from '../../../lib/core/messages.ts';
import { parseTask, taskDigest } from '../../../lib/core/task.ts';
import type { Task } from '../../../lib/core/task.ts';
import type { ObjectSource } from '../../../lib/ports/object-source.ts';
import type { Queue } from '../../../lib/ports/queue.ts';

export interface Planned {
  readonly keys: number;
  readonly ranges: number;
  /** Requests to the source: pages, and probes of one key. */
  readonly calls: number;
}

const CALM = new AbortController().signal;
export const SILENT = { info: () => undefined, warn: () => undefined, error: console.error };

/** `endpoint` stands for both stores. */
export function flatTask(endpoint: string): Task {
  return parseTask({
    taskId: 'bench',
    source: { bucket: 'flat', region: 'oss-cn-hangzhou', endpoint },
    target: { bucket: 'sink-1250000000', region: 'ap-guangzhou', endpoint },
  });
}

export async function planAll(
  ports: Omit<PlanPorts, 'queue' | 'forking'>,
  task: Task,
  parallelism: number,
): Promise<Planned> {
  const { table } = ports;
  const { taskId } = task;
  const source = counted(ports.stores.source(task));
  const stores = { ...ports.stores, source: () => source.counted };
  const forking = forkingFor(parallelism);
  await table.createTask({
    ...{ taskId, task, digest: taskDigest(task) },
    ...{ nowMs: ports.clock.now(), rangeId: ROOT_RANGE, after: '' },
  });
  await untilSilent({ ...ports, stores, forking }, parallelism, { taskId, rangeId: ROOT_RANGE });
  const { listed, ranges, rangesOpen } = await table.totals(taskId);
  if (rangesOpen > 0) throw new Error(`${String(rangesOpen)} ranges were not listed to their end`);
  return { keys: listed.objects, ranges, calls: source.calls() };
}

export function forkingFor(parallelism: number): Forking {
  return { ...FORKING, parallelism, ...(parallelism === 1 ? { afterKeys: Infinity } : {}) };
}

export function counted(source: ObjectSource) {
  let calls = 0;
  const list: ObjectSource['list'] = (...asked) => {
    calls++;
    return source.list(...asked);
  };
  return { counted: Object.assign(Object.create(source) as ObjectSource, { list }), calls: () => calls };
}

async function untilSilent(
  ports: Omit<PlanPorts, 'queue'>,
  inFlightMax: number,
  root: RangeMessage,
): Promise<void> {
  const waiting: RangeMessage[] = [root];
  const underWay = new Set<Promise<void>>();
  const queue: Queue = {
    send: (topic, messages) => {
      if (topic === 'ranges') waiting.push(...messages.map(({ body }) => parseMessage('ranges', body)));
      begin();
      return Promise.resolve();
    },
    consume: () => Promise.resolve(),
  };
  const begin = () => {
    while (underWay.size < inFlightMax) {
      const message = waiting.shift();
      if (message === undefined) return;
      const work: Promise<void> = planRange({ ...ports, queue }, message, Infinity, CALM).then(() => {
        underWay.delete(work);
        begin();
      });
      underWay.add(work);
    }
  };
  begin();
  while (underWay.size > 0) await Promise.all(underWay);
}
