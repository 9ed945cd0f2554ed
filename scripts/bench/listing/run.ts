/** One listing of the benchmark: planners side by side over a real table, manifests made and thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStateStore } from '../../../lib/adapters/memory/state-store.ts';
import { openSqliteTable } from '../../../lib/adapters/sqlite/table.ts';
import { type PlanPorts, planRange } from '../../../lib/app/plan-range.ts';
import { FORKING } from '../../../lib/core/forking.ts';
import { ROOT_RANGE } from '../../../lib/app/start-task.ts';
import { parseMessage, type RangeMessage } from '../../../lib/core/messages.ts';
import { parseTask, taskDigest } from '../../../lib/core/task.ts';
import type { Queue } from '../../../lib/ports/queue.ts';
import type { Table } from '../../../lib/ports/table.ts';
import { systemClock, systemDice } from '../../../lib/runtime/clock.ts';
import { connectStores } from '../../../lib/runtime/stores.ts';

export interface Listing {
  readonly keys: number;
  readonly ranges: number;
  readonly calls: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const KEY = { id: 'bench', secret: 'bench', securityToken: undefined };
const CALM = new AbortController().signal;
const SILENT = { info: () => undefined, warn: () => undefined, error: console.error };

export async function listBucket(port: number, parallelism: number): Promise<Listing> {
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-listing-'));
  const table = await openSqliteTable(join(folder, 'state.db'), systemClock);
  try {
    return await listInto(table, port, parallelism);
  } finally {
    await table.close();
    await rm(folder, { recursive: true });
  }
}

async function listInto(table: Table, port: number, parallelism: number): Promise<Listing> {
  const task = parseTask({
    taskId: 'bench',
    source: { bucket: 'flat', region: 'oss-cn-hangzhou', endpoint: `http://127.0.0.1:${String(port)}` },
    target: { bucket: 'sink-1250000000', region: 'ap-guangzhou' },
  });
  const credentials = { oss: () => KEY, cos: () => KEY };
  const common = { clock: systemClock, dice: systemDice, log: SILENT };
  const connected = connectStores({ ...common, credentials, connectionsMax: 200 });
  const state = Object.assign(new MemoryStateStore(), { put: () => Promise.resolve() });
  const source = connected.source(task);
  let calls = 0;
  const counted = Object.assign(Object.create(source) as typeof source, {
    list: (...asked: Parameters<typeof source.list>) => {
      calls++;
      return source.list(...asked);
    },
  });
  const stores = {
    source: () => counted,
    sink: () => connected.sink(task),
    state: () => state,
    limit: () => undefined,
  };
  const forking = { ...FORKING, parallelism, ...(parallelism === 1 ? { afterKeys: Infinity } : {}) };
  const { taskId } = task;
  await table.createTask({
    taskId,
    digest: taskDigest(task),
    task,
    nowMs: 0,
    rangeId: ROOT_RANGE,
    after: '',
  });
  const [cpu, begunMs] = [process.cpuUsage(), performance.now()];
  await planAll({ ...common, stores, table, forking }, parallelism, { taskId, rangeId: ROOT_RANGE });
  const { user, system } = process.cpuUsage(cpu);
  const { listed, ranges, rangesOpen } = await table.totals(taskId);
  await connected.close();
  if (rangesOpen > 0) throw new Error(`${String(rangesOpen)} ranges were not listed to their end`);
  const seconds = (performance.now() - begunMs) / 1_000;
  return { keys: listed.objects, ranges, calls, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** So many ranges side by side, until nothing rings any more. */
async function planAll(
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
