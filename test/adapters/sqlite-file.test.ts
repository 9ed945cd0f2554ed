/** SQLite files over time and gone wrong: reopened, newer than the program, not a database, refused by the driver. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConnection } from '../../lib/adapters/sqlite/connection.ts';
import { storeErrorOf } from '../../lib/adapters/sqlite/errors.ts';
import { openSqliteTable } from '../../lib/adapters/sqlite/table.ts';
import { advanceOver, newTask } from '../ports/table-fixtures.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const clock = new FakeClock();

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
