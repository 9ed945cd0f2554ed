/** One listing of the benchmark: planners side by side over a real table, manifests made and thrown away. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MemoryStateStore } from '../../../lib/adapters/memory/state-store.ts';
import { openSqliteQueue } from '../../../lib/adapters/sqlite/queue.ts';
import { openSqliteTable } from '../../../lib/adapters/sqlite/table.ts';
import { ringRange } from '../../../lib/app/ring.ts';
import { ROOT_RANGE } from '../../../lib/app/start-task.ts';
import { taskDigest } from '../../../lib/core/task.ts';
import type { Stores } from '../../../lib/ports/stores.ts';
import type { Table } from '../../../lib/ports/table.ts';
import { systemClock, systemDice } from '../../../lib/runtime/clock.ts';
import { connectStores } from '../../../lib/runtime/stores.ts';
import { flatTask, type Planned, planAll, SILENT } from './plan-all.ts';
import type { Share } from './planner.ts';

export interface Listing extends Planned {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const KEY = { id: 'bench', secret: 'bench', securityToken: undefined };
const COMMON = { clock: systemClock, dice: systemDice, log: SILENT };
export const QUEUE_OPTIONS = {
  ...{ clock: systemClock, dice: systemDice, handlerErrorLog: SILENT },
  ...{ leaseMs: 60_000, pollMs: 20 },
};
const LOOK_EVERY_MS = 20;

/** In this process, or in several others. */
export async function listBucket(port: number, parallelism: number, processes = 1): Promise<Listing> {
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-listing-'));
  const table = await openSqliteTable(join(folder, 'state.db'), systemClock);
  try {
    if (processes === 1) return await listHere(table, port, parallelism);
    return await listInOthers({ table, folder, port, parallelism, processes });
  } finally {
    await table.close();
    await rm(folder, { recursive: true });
  }
}

export function connectedTo(port: number): { stores: Stores; close: () => Promise<void> } {
  const task = flatTask(`http://127.0.0.1:${String(port)}`);
  const credentials = { oss: () => KEY, cos: () => KEY };
  const connected = connectStores({ ...COMMON, credentials, connectionsMax: 200 });
  const state = Object.assign(new MemoryStateStore(), { put: () => Promise.resolve() });
  const [source, sink] = [connected.source(task), connected.sink(task)];
  const stores = { source: () => source, sink: () => sink, state: () => state, limit: () => undefined };
  return { stores, close: () => connected.close() };
}

async function listHere(table: Table, port: number, parallelism: number): Promise<Listing> {
  const { stores, close } = connectedTo(port);
  const [cpu, begunMs] = [process.cpuUsage(), performance.now()];
  try {
    const task = flatTask(`http://127.0.0.1:${String(port)}`);
    const planned = await planAll({ ...COMMON, stores, table }, task, parallelism);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - begunMs) / 1_000;
    return { ...planned, seconds, cpuSeconds: (user + system) / 1e6 };
  } finally {
    await close();
  }
}

interface Several {
  readonly table: Table;
  readonly folder: string;
  readonly port: number;
  readonly parallelism: number;
  readonly processes: number;
}

async function listInOthers({ table, folder, port, parallelism, processes }: Several): Promise<Listing> {
  const queue = await openSqliteQueue(join(folder, 'queue.db'), QUEUE_OPTIONS);
  const program = fileURLToPath(new URL('bench-listing-planner.js', import.meta.url));
  const inFlight = Math.ceil(parallelism / processes);
  const args = [program, folder, String(port), String(inFlight), String(parallelism)];
  const planners = Array.from({ length: processes }, () =>
    spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const task = flatTask(`http://127.0.0.1:${String(port)}`);
  const { taskId } = task;
  try {
    const begunMs = performance.now();
    const nowMs = systemClock.now();
    await table.createTask({ taskId, task, digest: taskDigest(task), nowMs, rangeId: ROOT_RANGE, after: '' });
    await ringRange(queue, { taskId, rangeId: ROOT_RANGE });
    let totals = await table.totals(taskId);
    for (; totals.rangesOpen > 0; totals = await table.totals(taskId)) await sleep(LOOK_EVERY_MS);
    const seconds = (performance.now() - begunMs) / 1_000;
    const shares = await Promise.all(
      planners.map(async ({ stdin, stdout }) => {
        stdin.end();
        return JSON.parse(await text(stdout)) as Share;
      }),
    );
    const sum = (of: keyof Share) => shares.reduce((all, share) => all + share[of], 0);
    const { listed, ranges } = totals;
    return { keys: listed.objects, ranges, seconds, calls: sum('calls'), cpuSeconds: sum('cpuSeconds') };
  } finally {
    for (const { stdin } of planners) stdin.end();
    await queue.close();
  }
}
