/** SQLite files over time and gone wrong: reopened, newer than the program, not a database, refused by the driver. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, type RawBuilder, SqliteDialect } from 'kysely';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../lib/adapters/sql/schema.ts';
import { openConnection } from '../../lib/adapters/sqlite/connection.ts';
import { storeErrorOf } from '../../lib/adapters/sqlite/errors.ts';
import { openSqliteTable } from '../../lib/adapters/sqlite/table.ts';
import { advanceOver, newTask } from '../ports/table-fixtures.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const clock = new FakeClock();

function compiled(statement: RawBuilder<unknown>): string {
  const dialect = new SqliteDialect({ database: () => Promise.reject(new Error('nobody asks it')) });
  return statement.compile(new Kysely({ dialect })).sql;
}

it('keeps its rows over a close and an open', async () => {
  const path = join(await tempFolder(), 'table.db');
  const before = await openSqliteTable(path, clock);
  await before.createTask(newTask('t'));
  await before.advance(advanceOver('t', { seq: 0, from: '', to: 'm' }));
  const totals = await before.totals('t');
  await before.close();
  const after = await openSqliteTable(path, clock);
  expect(await after.totals('t')).toEqual(totals);
  await after.close();
});

it('goes on with a task that version 1 of the tables began', async () => {
  const path = join(await tempFolder(), 'table.db');
  const before = await openConnection(path, clock);
  for (const statement of MIGRATIONS[0]?.('') ?? []) before.exec(compiled(statement));
  before.exec(`create table oss2cos_schema (id bigint primary key, version bigint);
    insert into oss2cos_schema values (1, 1);
    insert into oss2cos_tasks values ('t', 'd', '{}', 'running', 1, null, 1);
    insert into oss2cos_segments values ('t', x'61', x'72', 0, 5, 50, 1, '[]', 2, 1000, 0, 1500);
    insert into oss2cos_ranges (task_id, range_id, after_key, cursor_key, state, rung_at_ms, rings, moved_at_ms,
      segments, segments_done, listed_objects, listed_bytes, failed_objects, copied_bytes)
      values ('t', x'72', x'', x'', 'open', 0, 0, 1000, 1, 1, 5, 50, 2, 30);
    insert into oss2cos_failures values ('t', x'72', 'NETWORK', 2, '{"key":"k","message":"m"}\n', 1)`);
  before.close();
  for (let time = 0; time < 2; time++) {
    const table = await openSqliteTable(path, clock);
    expect(await table.totals('t')).toMatchObject({
      ...{ ranges: 1, rangesOpen: 1, segments: 1, segmentsDone: 1, listed: { objects: 5, bytes: 50 } },
      ...{ tally: { failed: { objects: 2 }, copied: { bytes: 30 } }, movedAtMs: 1_500, deliveredMs: 1_000 },
      failures: { NETWORK: { objects: 2, samples: [{ key: 'k', message: 'm' }] } },
    });
    expect(await table.failedSegments('t', '', 9)).toMatchObject([{ segmentId: 'a' }]);
    await table.close();
    const again = await openConnection(path, clock);
    again.run('update oss2cos_schema set version = 1', []);
    again.close();
  }
  const table = await openSqliteTable(path, clock);
  expect(await table.failRange({ taskId: 't', rangeId: 'r', problem: 'p' })).toBe(true);
  expect(await table.totals('t')).toMatchObject({ rangesOpen: 0, rangesFailed: 1 });
  await table.close();
});

it('tells the user to take a newer release for tables that one has made', async () => {
  const path = join(await tempFolder(), 'table.db');
  await (await openSqliteTable(path, clock)).close();
  const connection = await openConnection(path, clock);
  connection.run('update oss2cos_schema set version = version + 1', []);
  connection.close();
  await expect(openSqliteTable(path, clock)).rejects.toMatchObject({ name: 'UserError' });
});

it('answers StoreError for a file that is no database', async () => {
  const path = join(await tempFolder(), 'table.db');
  await writeFile(path, 'no database '.repeat(1_000));
  await expect(openSqliteTable(path, clock)).rejects.toMatchObject({ vendorCode: 'SQLITE_NOTADB' });
});

it('refuses texts that it could not tell again, and changes nothing', async () => {
  const table = await openSqliteTable(join(await tempFolder(), 'table.db'), clock);
  await table.createTask(newTask('t'));
  for (const to of ['lone \ud800', 'x'.repeat(2_000)])
    await expect(table.advance(advanceOver('t', { seq: 0, from: '', to }))).rejects.toThrow(TypeError);
  expect(await table.range('t', 'root')).toMatchObject({ cursor: '', segments: 0 });
  await table.close();
});

it('undoes the whole step when its segment is there already', async () => {
  const table = await openSqliteTable(join(await tempFolder(), 'table.db'), clock);
  await table.createTask(newTask('t'));
  const step = advanceOver('t', { seq: 0, from: '', to: 'm' });
  await table.advance(step);
  const again = { ...step, expectedCursor: 'm', cursor: 'n', segment: { ...step.segment, seq: 1 } };
  await expect(table.advance(again)).rejects.toMatchObject({ name: 'StoreError', code: 'unknown' });
  expect(await table.range('t', 'root')).toMatchObject({ cursor: 'm', segments: 1 });
  expect(await table.advance(advanceOver('t', { seq: 1, from: 'm', to: 'n' }))).toBe(true);
  await table.close();
});

describe('result codes', () => {
  const cases = {
    SQLITE_BUSY: 'busy',
    SQLITE_BUSY_SNAPSHOT: 'busy',
    SQLITE_LOCKED: 'busy',
    SQLITE_IOERR_WRITE: 'unavailable',
    SQLITE_FULL: 'unavailable',
    SQLITE_CORRUPT: 'unknown',
    SQLITE_BUSYBODY: 'unknown',
  } as const;
  it.each(Object.entries(cases))('says that %s is %s', (vendorCode, code) => {
    const cause = Object.assign(new Error('text'), { code: vendorCode });
    expect(storeErrorOf(cause, 'select')).toMatchObject({ code, vendorCode, cause, operation: 'select' });
  });
});
