/** Several reporters and planners over the same rows: who loses tries again, and every step counts once. */
import { createConnection } from 'mysql2/promise';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { MysqlOptions } from '../../lib/adapters/mysql/table.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceOver, newTask, sliceOf, tallyWith, rowOf } from '../ports/table-fixtures.ts';
import { EventList } from '../support/logged.ts';
import { errorOf } from '../support/store-error.ts';
import { ask, dropDatabase, eventually, mysqlOptions, newDatabase, openTable } from './mysql-databases.ts';

const SEGMENT = 'root/0-u';

/** A table with one segment, what it logs, and a transaction of somebody else on it. */
async function withRival(limits: MysqlOptions['limits'] = {}) {
  const database = newDatabase();
  onTestFinished(() => dropDatabase(database));
  const log = new EventList();
  const table = await openTable({ ...mysqlOptions(database), log, limits });
  await table.createTask(newTask('t'));
  await table.advance(advanceOver('t', { seq: 0, from: '', to: 'm' }));
  const { host, port, user, password } = inject('mariadb');
  const rival = await createConnection({ host, port, user, password, database });
  onTestFinished(() => rival.end());
  await rival.query('begin');
  return { table, rival, log };
}

async function someoneWaits(): Promise<void> {
  // Not `innodb_trx`: whoever asks for it again and again is told of the first moment for ever.
  const waits = "show global status like 'Innodb_row_lock_current_waits'";
  await eventually(async () => {
    const [row] = await ask(inject('mariadb'), waits);
    return Number(row?.['Value']) > 0;
  });
}

it('runs a transaction again that the server chose as the victim of a deadlock', async () => {
  const { table, rival, log } = await withRival();
  // The server gives up the transaction that changed less.
  const rows = Array.from({ length: 100 }, (_, i) => [`weight-${i}`, 'd', '{}', 'finished', 0, 0]);
  await rival.query(
    'insert into oss2cos_tasks (task_id, digest, task, state, started_at_ms, resumed_at_ms) values ?',
    [rows],
  );
  await rival.query('update oss2cos_ranges set problem = \'"rival"\'');
  const rang = table.rang({ taskId: 't', rangeIds: ['root'], segmentIds: [SEGMENT], nowMs: 9_000 });
  await someoneWaits();
  await rival.query('update oss2cos_segments set rings = rings + 10');
  await rival.query('commit');
  await rang;
  expect(log.events.map(({ event, fields }) => `${event} ${String(fields.problem)}`)).toContain(
    'mysql.again ER_LOCK_DEADLOCK',
  );
  expect(await rowOf(table, 't', SEGMENT)).toMatchObject({ rings: 11, rungAtMs: 9_000 });
  expect(await table.range('t', 'root')).toMatchObject({ rings: 1, problem: 'rival' });
});

it('is busy, and has changed nothing, when another transaction does not let go', async () => {
  const { table, rival, log } = await withRival({ lockWaitS: 0 });
  await rival.query('update oss2cos_ranges set rings = 7');
  const rang = table.rang({ taskId: 't', rangeIds: ['root'], segmentIds: [SEGMENT], nowMs: 9_000 });
  expect(await errorOf(rang)).toMatchObject({ code: 'busy', vendorCode: 'ER_LOCK_WAIT_TIMEOUT' });
  expect(log.events.filter(({ event }) => event === 'mysql.again').length).toBe(5);
  expect(await rowOf(table, 't', SEGMENT)).toMatchObject({ rings: 0 });
  await rival.query('rollback');
  await table.rang({ taskId: 't', rangeIds: ['root'], segmentIds: [SEGMENT], nowMs: 9_000 });
  expect(await table.range('t', 'root')).toMatchObject({ rings: 1 });
});

it('counts every step once when a planner and four reporters work on one range', async () => {
  const database = newDatabase();
  onTestFinished(() => dropDatabase(database));
  const [planner, ...reporters] = await Promise.all(
    Array.from({ length: 5 }, () => openTable(mysqlOptions(database))),
  );
  await planner!.createTask(newTask('t'));
  const segments = 60;
  const plan = async () => {
    for (let seq = 0; seq < segments; seq++)
      await planner!.advance(advanceOver('t', { seq, from: seq === 0 ? '' : `k${seq - 1}`, to: `k${seq}` }));
  };
  const won = await Promise.all([plan(), ...reporters.map((table) => settleAll(table, segments))]);
  expect(won.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(segments);
  expect(await planner!.totals('t')).toMatchObject({
    ...{ segments, segmentsDone: segments, tally: tallyWith({ copied: segments, failed: segments }) },
    failures: { NETWORK: { objects: segments } },
  });
});

/** Answers how many segments this reporter froze. */
async function settleAll(table: Table, segments: number): Promise<number> {
  let won = 0;
  for (let seq = 0; seq < segments; seq++) {
    const segmentIds = [seq, Math.max(0, seq - 1), Math.max(0, seq - 2)].map((n) => `root/${n}-u`);
    await eventually(async () => (await rowOf(table, 't', segmentIds[0]!)) !== undefined);
    const slices = segmentIds.map((segmentId) => ({ segmentId, slice: sliceOf(0, 5) }));
    await table.addSlices({ taskId: 't', slices, nowMs: 3_000 + seq });
    const failures = { NETWORK: { objects: 1, samples: [{ key: `${seq}`, message: 'm' }] } };
    const frozen = { taskId: 't', segmentId: segmentIds[0]!, path: ['p'], bytesCorrection: 0 };
    if (await table.freeze({ ...frozen, tally: tallyWith({ copied: 1, failed: 1 }), failures })) won++;
    await table.rang({ taskId: 't', rangeIds: ['root'], segmentIds, nowMs: 4_000 });
  }
  return won;
}
