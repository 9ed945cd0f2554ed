/** What a look at a task costs the SQLite table does not grow with the task. */
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MemoryStateStore } from '../../lib/adapters/memory/state-store.ts';
import { Connection, openConnection, type Statement } from '../../lib/adapters/sqlite/connection.ts';
import { openSqliteTable } from '../../lib/adapters/sqlite/table.ts';
import { tick } from '../../lib/app/tick.ts';
import { newTask } from '../ports/table-fixtures.ts';
import { plantedRows } from '../support/planted-rows.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { CALM, openWorkshop } from '../support/workshop.ts';

/** One tick of a running task, and a page of its failed segments: its statements, and the rows that they answered. */
async function lookAt(ranges: number) {
  const shop = openWorkshop();
  const path = join(await tempFolder(), 'table.db');
  const table = await openSqliteTable(path, shop.clock);
  const connection = await openConnection(path, shop.clock);
  onTestFinished(async () => {
    await table.close();
    connection.close();
  });
  await table.createTask(newTask('t'));
  connection.transaction(() => {
    for (const { table: name, columns, rows } of plantedRows('t', ranges, shop.clock.now())) {
      const places = columns.map(() => '?').join(', ');
      for (const row of rows)
        connection.run(`insert into ${name} (${columns.join(', ')}) values (${places})`, row);
    }
  });
  const statements: string[] = [];
  let rows = 0;
  const prepare: (this: Connection, sql: string) => Statement = Reflect.get(Connection.prototype, 'prepare');
  vi.spyOn(Connection.prototype, 'prepare').mockImplementation(function (this: Connection, sql: string) {
    statements.push(sql);
    const statement = prepare.call(this, sql);
    const counted = (found: unknown[]) => {
      rows += found.length;
      return found;
    };
    return { ...statement, all: (parameters) => counted(statement.all(parameters)) };
  });
  const state = new MemoryStateStore();
  const ports = { ...shop.ports, table, stores: { ...shop.ports.stores, state: () => state } };
  const report = await tick(ports, 't', 0, CALM);
  const failed = await table.failedSegments('t', '', 16);
  vi.restoreAllMocks();
  expect([report?.status, failed.length]).toEqual(['planning', Math.min(16, ranges / 10)]);
  const plans = statements.flatMap((sql) =>
    sql.startsWith('select') ? connection.all(`explain query plan ${sql.replaceAll('?', 'null')}`, []) : [],
  ) as { readonly detail: string }[];
  return { statements, rows, plans: plans.map(({ detail }) => detail) };
}

it('runs the same statements and reads the same rows for 200 ranges and for 10,000', async () => {
  const [few, many] = [await lookAt(200), await lookAt(10_000)];
  expect(many.statements).toEqual(few.statements);
  expect(many.rows).toBe(few.rows);
  expect(few.rows).toBeLessThan(100);
});

it('finds every row through an index, and sorts none', async () => {
  const { plans } = await lookAt(10);
  expect(plans.length).toBeGreaterThan(5);
  // A report reads sixteen counters and the classes of failures; nothing else is read in full.
  expect(plans.filter((plan) => /SCAN|TEMP B-TREE/.test(plan))).toEqual([]);
});
