/** Numbers and amounts at their limits, and what an error tells of them. */
import { inspect } from 'node:util';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { Table } from '../../lib/ports/table.ts';
import { advanceOver, newTask, sliceOf, tallyWith, rowOf } from '../ports/table-fixtures.ts';
import { errorOf } from '../support/store-error.ts';
import { ask, dropDatabase, mysqlOptions, newDatabase, openTable } from './mysql-databases.ts';

async function newTable(): Promise<{ table: Table; database: string }> {
  const database = newDatabase();
  onTestFinished(() => dropDatabase(database));
  const table = await openTable(mysqlOptions(database));
  await table.createTask(newTask('t'));
  return { table, database };
}

it('counts bytes up to 2^53 - 1 without losing one', async () => {
  const { table } = await newTable();
  const parts = [2 ** 31, 2 ** 32 + 1, 2 ** 52 - 1];
  const rest = Number.MAX_SAFE_INTEGER - parts.reduce((sum, bytes) => sum + bytes, 0);
  for (const [seq, bytes] of [...parts, rest].entries()) {
    const from = seq === 0 ? '' : `k${seq - 1}`;
    const step = advanceOver('t', { seq, from, to: `k${seq}`, bytes, count: bytes });
    await table.advance(step);
    expect(await rowOf(table, 't', step.segment.segmentId)).toMatchObject({ bytes, count: bytes });
    const tally = { ...tallyWith({}), copied: { objects: 1, bytes } };
    const frozen = { taskId: 't', segmentId: step.segment.segmentId, path: [], tally, failures: {} };
    await table.freeze({ ...frozen, bytesCorrection: 0 });
  }
  const all = Number.MAX_SAFE_INTEGER;
  expect((await table.range('t', 'root'))?.listed).toEqual({ objects: all, bytes: all });
  expect(await table.totals('t')).toMatchObject({
    listed: { objects: all, bytes: all },
    tally: { copied: { objects: 4, bytes: all } },
  });
});

it('counts a row that an update found, also where nothing of it changed', async () => {
  const { table } = await newTable();
  const again = { taskId: 't', from: ['running'], to: 'running', atMs: newTask('t').nowMs } as const;
  expect(await table.setTaskState(again)).toBe(true);
});

it('takes ten thousand slices of many segments at once', async () => {
  const { table } = await newTable();
  const slices = Array.from({ length: 10_000 }, (_, i) => ({
    segmentId: `s${i % 900}`,
    slice: sliceOf(i, i + 1),
  }));
  const answer = await table.addSlices({ taskId: 't', slices, nowMs: 2_000 });
  expect(answer.size).toBe(900);
  const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name).toSorted();
  for (const [segmentId, found] of answer)
    expect(names(found)).toEqual(
      names(slices.filter((one) => one.segmentId === segmentId).map(({ slice }) => slice)),
    );
});

it('leaves nothing of a step that fails half way, and tells no key in its error', async () => {
  const { table, database } = await newTable();
  await ask(inject('mariadb'), 'rename table ??.oss2cos_segments to ??.hidden', [database, database]);
  const key = 'a-key-that-is-nobody’s-business';
  const error = await errorOf(table.advance(advanceOver('t', { seq: 0, from: '', to: key, unique: key })));
  expect(error).toMatchObject({ code: 'unknown', vendorCode: 'ER_NO_SUCH_TABLE' });
  expect(error.operation).toMatch(/^insert into `oss2cos_segments`/);
  const told = inspect(error, { depth: 9, showHidden: true });
  expect(told).not.toContain('nobody');
  expect(told.toLowerCase()).not.toContain(Buffer.from('nobody').toString('hex'));
  await ask(inject('mariadb'), 'rename table ??.hidden to ??.oss2cos_segments', [database, database]);
  expect(await table.range('t', 'root')).toMatchObject({ cursor: '', segments: 0 });
  expect(await table.advance(advanceOver('t', { seq: 0, from: '', to: key }))).toBe(true);
});

it('quotes no value of a row that is there already', async () => {
  const { table, database } = await newTable();
  const step = advanceOver('t', { seq: 0, from: '', to: 'm', unique: 'private' });
  await table.advance(step);
  await ask(inject('mariadb'), 'update ??.oss2cos_ranges set segments = 0, cursor_key = ?', [database, '']);
  const error = await errorOf(table.advance(step));
  expect(error).toMatchObject({ code: 'unknown', vendorCode: 'ER_DUP_ENTRY' });
  expect(error.message).not.toContain('private');
});
