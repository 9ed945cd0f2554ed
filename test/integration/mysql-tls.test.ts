/** Encrypted connections: whose certificates are taken, and what is not one's fault. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openMysqlTable } from '../../lib/adapters/mysql/table.ts';
import { type RunningMariadb, startMariadb } from '../../scripts/engines/mariadb.ts';
import { selfSigned } from '../adapters/http-certificate.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { EventList } from '../support/logged.ts';
import { errorOf } from '../support/store-error.ts';
import { ask, dropDatabase, mysqlOptions, newDatabase, openTable } from './mysql-databases.ts';
import { MysqlProxy } from './mysql-proxy.ts';

const certificate = selfSigned('database.example');
let server: RunningMariadb;
beforeAll(async () => {
  server = await startMariadb({ tls: certificate });
});
afterAll(() => server.stop());

function optionsFor(ca: string | undefined, address: { host: string; port: number } = server) {
  const database = newDatabase();
  onTestFinished(() => dropDatabase(database, server));
  const { user, password } = server;
  const { host, port } = address;
  return { ...mysqlOptions(database, { host, port, user, password }), tls: { ca } };
}

it('speaks over an encrypted connection to a server of the authority that it was given', async () => {
  const narrow = { user: 'encrypted', password: 'p' };
  await ask(server, "create user encrypted@'%' identified by 'p' require ssl");
  await ask(server, "grant all privileges on *.* to encrypted@'%'");
  const table = await openTable({ ...optionsFor(certificate.cert), ...narrow });
  expect(await table.unfinishedTasks()).toEqual([]);
  const plain = { ...optionsFor(undefined), ...narrow, tls: undefined, clock: new FakeClock() };
  expect(await errorOf(openMysqlTable(plain))).toMatchObject({ code: 'denied' });
});

it.each([
  ['of another authority', selfSigned('database.example').cert],
  ['of no public authority', undefined],
])('refuses a certificate %s, at once', async (_, ca) => {
  const error = await errorOf(openMysqlTable({ ...optionsFor(ca), clock: new FakeClock() }));
  expect(error).toMatchObject({ code: 'invalid', operation: 'connect', retryable: false });
});

it('tries again when the connection is lost while TLS begins', async () => {
  const proxy = await MysqlProxy.start(server);
  let cuts = 0;
  proxy.treat = (sent) => (sent.includes('\u0016\u0003\u0001') && cuts++ < 2 ? 'cut' : 'forward');
  const log = new EventList();
  const table = await openTable({ ...optionsFor(certificate.cert, proxy), log });
  expect(await table.unfinishedTasks()).toEqual([]);
  expect(log.events.filter(({ event }) => event === 'mysql.connect')).toHaveLength(2);
});
