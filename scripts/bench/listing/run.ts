/** One listing of the benchmark: planners side by side over a real table, manifests made and thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStateStore } from '../../../lib/adapters/memory/state-store.ts';
import { openSqliteTable } from '../../../lib/adapters/sqlite/table.ts';
import type { Table } from '../../../lib/ports/table.ts';
import { systemClock, systemDice } from '../../../lib/runtime/clock.ts';
import { connectStores } from '../../../lib/runtime/stores.ts';
import { flatTask, type Planned, planAll, SILENT } from './plan-all.ts';

export interface Listing extends Planned {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const KEY = { id: 'bench', secret: 'bench', securityToken: undefined };

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
  const task = flatTask(`http://127.0.0.1:${String(port)}`);
  const credentials = { oss: () => KEY, cos: () => KEY };
  const common = { clock: systemClock, dice: systemDice, log: SILENT };
  const connected = connectStores({ ...common, credentials, connectionsMax: 200 });
  const state = Object.assign(new MemoryStateStore(), { put: () => Promise.resolve() });
  const source = connected.source(task);
  const sink = connected.sink(task);
  const stores = { source: () => source, sink: () => sink, state: () => state, limit: () => undefined };
  const [cpu, begunMs] = [process.cpuUsage(), performance.now()];
  try {
    const planned = await planAll({ ...common, stores, table }, task, parallelism);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - begunMs) / 1_000;
    return { ...planned, seconds, cpuSeconds: (user + system) / 1e6 };
  } finally {
    await connected.close();
  }
}
