/** The first use of a server, by whoever comes, and what it refuses. */
import { inspect } from 'node:util';
import { expect, inject, it, onTestFinished } from 'vitest';
import { openMysqlTable } from '../../lib/adapters/mysql/table.ts';
import { UserError } from '../../lib/core/errors.ts';
import { newTask } from '../ports/table-fixtures.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { errorOf } from '../support/store-error.ts';
import {
  ask,
  dropDatabase,
  eventually,
  mysqlOptions,
  newDatabase,
  openTable,
  type Server,
} from './mysql-databases.ts';

const HANDLES = 8;

/** An account that may do what the grants say. */
async function account(...grants: readonly string[]): Promise<Server> {
  const admin = inject('mariadb');
  const user = `u-${newDatabase().slice(-12)}`;
  await ask(admin, 'create user ?@? identified by ?', [user, '%', 'narrow']);
  onTestFinished(async () => {
    await ask(admin, 'drop user ?@?', [user, '%']);
  });
  for (const grant of grants) await ask(admin, `${grant} to ?@?`, [user, '%']);
  return { ...admin, user, password: 'narrow' };
}

function ownDatabase(): string {
  const database = newDatabase();
  onTestFinished(() => dropDatabase(database));
  return database;
}

it('makes the database and its tables once, for eight instances that come at the same time', async () => {
  for (let round = 0; round < 3; round++) {
    const database = ownDatabase();
    const tables = await Promise.all(
      Array.from({ length: HANDLES }, () => openTable(mysqlOptions(database))),
    );
    const rows = await Promise.all(
      tables.map((table, i) => table.createTask({ ...newTask('t'), digest: `d${i}` })),
    );
    expect(new Set(rows.map((row) => row.digest)).size).toBe(1);
    const schema = 'from information_schema.tables where table_schema = ?';
    const made = await ask(inject('mariadb'), `select engine, table_collation c ${schema}`, [database]);
    expect(made.map((row) => `${row.engine} ${row.c}`)).toEqual(Array(13).fill('InnoDB ascii_bin'));
  }
});

it('takes a database that is there already from an account that may use no other', async () => {
  const database = ownDatabase();
  await ask(inject('mariadb'), 'create database ??', [database]);
  const escaped = database.replaceAll('`', '``');
  const narrow = await account(`grant all privileges on \`${escaped}\`.*`);
  const table = await openTable(mysqlOptions(database, narrow));
  await table.createTask(newTask('t'));
  expect((await table.task('t'))?.taskId).toBe('t');
});

it('is denied a database that the account may not use', async () => {
  const narrow = await account();
  const error = await errorOf(
    openMysqlTable({ ...mysqlOptions(newDatabase(), narrow), clock: new FakeClock() }),
  );
  expect(error).toMatchObject({ code: 'denied', operation: 'connect', retryable: false });
});

it('is denied with a wrong password at once, and tells it to nobody', async () => {
  const password = 'wrong-and-secret';
  const options = { ...mysqlOptions(newDatabase()), password, clock: new FakeClock() };
  const error = await errorOf(openMysqlTable(options));
  expect(error).toMatchObject({ code: 'denied', vendorCode: 'ER_ACCESS_DENIED_ERROR' });
  expect(error.message).toContain(options.user);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(password);
});

it('refuses a server without TLS where TLS is asked for, at once', async () => {
  const options = { ...mysqlOptions(newDatabase()), tls: {}, clock: new FakeClock() };
  const error = await errorOf(openMysqlTable(options));
  expect(error).toMatchObject({ code: 'invalid', retryable: false });
});

it('refuses the tables of a newer release', async () => {
  const database = ownDatabase();
  await openTable(mysqlOptions(database));
  await ask(inject('mariadb'), 'update ??.oss2cos_schema set version = 99', [database]);
  await expect(openMysqlTable(mysqlOptions(database))).rejects.toThrow(UserError);
});

it('leaves no connection behind when it is closed', async () => {
  const database = ownDatabase();
  const connected = async () =>
    (await ask(inject('mariadb'), 'select id from information_schema.processlist where db = ?', [database]))
      .length;
  const table = await openMysqlTable(mysqlOptions(database));
  await Promise.all(Array.from({ length: 9 }, () => table.task('t')));
  expect(await connected()).toBe(4);
  await table.close();
  await eventually(async () => (await connected()) === 0); // the server notices a moment later
});
