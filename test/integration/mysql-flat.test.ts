/** What a look at a task costs the MySQL table does not grow with the task: rows as the server counts them. */
import { createConnection } from 'mysql2/promise';
import { expect, inject, it, onTestFinished } from 'vitest';
import { MemoryStateStore } from '../../lib/adapters/memory/state-store.ts';
import { tick } from '../../lib/app/tick.ts';
import { newTask } from '../ports/table-fixtures.ts';
import { plantedRows } from '../support/planted-rows.ts';
import { CALM, openWorkshop } from '../support/workshop.ts';
import { ask, dropDatabase, mysqlOptions, newDatabase, openTable } from './mysql-databases.ts';

/** Rows read by one tick of a running task, and by a page of its failed segments, from each table. */
async function rowsRead(ranges: number): Promise<Record<string, number>> {
  const shop = openWorkshop();
  const database = newDatabase();
  onTestFinished(() => dropDatabase(database));
  const table = await openTable(mysqlOptions(database));
  await table.createTask(newTask('t'));
  const { host, port, user, password } = inject('mariadb');
  const connection = await createConnection({ host, port, user, password, database });
  onTestFinished(() => connection.end());
  for (const { table: name, columns, rows } of plantedRows('t', ranges, shop.clock.now())) {
    await connection.query(`insert into ${name} (${columns.join(', ')}) values ?`, [rows]);
    await connection.query(`analyze table ${name}`);
  }
  const state = new MemoryStateStore();
  const ports = { ...shop.ports, table, stores: { ...shop.ports.stores, state: () => state } };
  const before = await readSoFar(database);
  await tick(ports, 't', 0, CALM);
  expect(await table.failedSegments('t', '', 16)).toHaveLength(16);
  const after = await readSoFar(database);
  const read = Object.entries(after).map(([name, rows]) => [name, rows - (before[name] ?? 0)] as const);
  return Object.fromEntries(read.filter(([, rows]) => rows > 0));
}

/** MariaDB counts while `userstat` is on. */
async function readSoFar(database: string): Promise<Record<string, number>> {
  await ask(inject('mariadb'), 'set global userstat = 1');
  const counted =
    'select table_name as name, rows_read as n from information_schema.table_statistics where table_schema = ?';
  const rows = await ask(inject('mariadb'), counted, [database]);
  return Object.fromEntries(rows.map(({ name, n }) => [String(name), Number(n)]));
}

it('reads the same rows for 200 ranges and for 10,000', async () => {
  const [few, many] = [await rowsRead(200), await rowsRead(10_000)];
  expect(many).toEqual(few);
  expect(many.oss2cos_counters).toBeGreaterThan(0);
  expect(many.oss2cos_ranges).toBeLessThan(100);
});
