/** What a cloud does to connections: a cluster sleeps, a server dies, a frozen instance wakes to connections that are none. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type MysqlOptions, openMysqlTable } from '../../lib/adapters/mysql/table.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { type RunningMariadb, startMariadb } from '../../scripts/engines/mariadb.ts';
import { advanceOver, newTask } from '../ports/table-fixtures.ts';
import { EventList } from '../support/logged.ts';
import { errorOf } from '../support/store-error.ts';
import { until } from '../support/until.ts';
import { dropDatabase, mysqlOptions, newDatabase, openTable } from './mysql-databases.ts';
import { firstWith, MysqlProxy } from './mysql-proxy.ts';

let server: RunningMariadb;
beforeAll(async () => {
  server = await startMariadb();
});
afterAll(() => server.stop());

const STEP = advanceOver('t', { seq: 0, from: '', to: 'm' });

/** Options for a database of the test's own, reached directly or through a proxy. */
function optionsFor(log: EventList, limits: MysqlOptions['limits'], proxy?: MysqlProxy): MysqlOptions {
  const database = newDatabase();
  onTestFinished(() => dropDatabase(database, server));
  const { user, password } = server;
  const { host, port } = proxy ?? server;
  return { ...mysqlOptions(database, { host, port, user, password }), log, limits: limits ?? {} };
}

/** An open table with one task behind a proxy that forwards everything so far. */
async function behindProxy(limits: MysqlOptions['limits'] = {}) {
  const proxy = await MysqlProxy.start(server);
  const log = new EventList();
  let skewMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + skewMs };
  const table = await openTable({ ...optionsFor(log, limits, proxy), clock });
  await table.createTask(newTask('t'));
  const sleepFrozen = (ms: number) => (skewMs += ms);
  return { table, proxy, log, sleepFrozen };
}

const eventsOf = (log: EventList, event: string) => log.events.filter((one) => one.event === event);

it('goes on after the server was restarted', async () => {
  const table = await openTable(optionsFor(new EventList(), {}));
  await table.createTask(newTask('t'));
  await Promise.all(Array.from({ length: 4 }, () => table.task('t')));
  await server.kill();
  await server.start();
  expect(await Promise.all([table.task('t'), table.advance(STEP), table.totals('t')])).toMatchObject([
    { taskId: 't' },
    true,
    {},
  ]);
});

it('is unavailable while the server is down, and not for ever', async () => {
  const log = new EventList();
  const table = await openTable(optionsFor(log, { wakeMsMax: 1_000 }));
  await table.createTask(newTask('t'));
  await server.kill();
  try {
    expect(await errorOf(table.task('t'))).toMatchObject({ code: 'unavailable', vendorCode: 'ECONNREFUSED' });
    expect(await errorOf(table.advance(STEP))).toMatchObject({ code: 'unavailable' });
  } finally {
    await server.start();
  }
  expect(eventsOf(log, 'mysql.connect').length).toBeGreaterThan(1);
  expect(await table.advance(STEP)).toBe(true);
});

it('waits for a server that refuses connections until it has started', async () => {
  const log = new EventList();
  await server.kill();
  const opening = openMysqlTable(optionsFor(log, {}));
  await Promise.race([opening, until(() => eventsOf(log, 'mysql.connect').length >= 2)]);
  await server.start();
  const table = await opening;
  await table.createTask(newTask('t'));
  await table.close();
});

it('waits for a cluster that holds connections while it wakes', async () => {
  const proxy = await MysqlProxy.start(server);
  proxy.holds = true;
  const log = new EventList();
  const opening = openTable(optionsFor(log, { connectMsMax: 100 }, proxy));
  await Promise.race([opening, until(() => eventsOf(log, 'mysql.connect').length >= 2)]);
  proxy.holds = false;
  expect(await (await opening).task('t')).toBeUndefined();
});

it('is unavailable when a cluster does not wake in time', async () => {
  const proxy = await MysqlProxy.start(server);
  proxy.holds = true;
  const options = optionsFor(new EventList(), { connectMsMax: 100, wakeMsMax: 700 }, proxy);
  expect(await errorOf(openMysqlTable(options))).toMatchObject({ code: 'unavailable', operation: 'connect' });
});

it.each(['select', 'begin', 'update', 'insert'])(
  'does a method again whose connection turns out dead at its %s, and does it once',
  async (words) => {
    const { table, proxy, log } = await behindProxy();
    proxy.treat = firstWith(words, 'cut');
    const [row, moved] = [await table.task('t'), await table.advance(STEP)];
    expect([row?.taskId, moved]).toEqual(['t', true]);
    expect(eventsOf(log, 'mysql.again')).toHaveLength(1);
    expect(await table.range('t', 'root')).toMatchObject({ cursor: 'm', segments: 1 });
  },
);

it('tells a commit whose answer was lost from one that was not done: it is unavailable, and not run again', async () => {
  const { table, proxy, log } = await behindProxy();
  proxy.treat = firstWith('commit', 'last');
  expect(await errorOf(table.advance(STEP))).toMatchObject({ code: 'unavailable', operation: 'commit' });
  expect(eventsOf(log, 'mysql.again')).toEqual([]);
  expect(await table.range('t', 'root')).toMatchObject({ cursor: 'm', segments: 1 });
});

it('does not repeat a statement that is its own transaction when its answer was lost', async () => {
  const { table, proxy, log } = await behindProxy();
  proxy.treat = firstWith('update', 'last');
  const paused = table.setTaskState({ taskId: 't', from: ['running'], to: 'paused', atMs: 9 });
  expect(await errorOf(paused)).toMatchObject({ code: 'unavailable' });
  expect(eventsOf(log, 'mysql.again')).toEqual([]);
  expect(await table.task('t')).toMatchObject({ state: 'paused' });
});

it('finds out before use that a connection died while the instance was frozen', async () => {
  const { table, proxy, log, sleepFrozen } = await behindProxy({ probeMsMax: 100 });
  await Promise.all(Array.from({ length: 4 }, () => table.task('t')));
  let swallowed = 0;
  proxy.treat = (sent) => {
    if (!sent.includes('select 1')) return 'forward';
    swallowed++;
    return 'swallow';
  };
  sleepFrozen(60_000);
  expect(await table.advance(STEP)).toBe(true);
  expect(swallowed).toBe(1); // the others, which slept as long, are not even asked
  expect(log.events).toEqual([]);
});

it('asks nothing of a connection that was used a moment ago', async () => {
  const { table, proxy } = await behindProxy();
  let probes = 0;
  proxy.treat = (sent) => {
    if (sent.includes('select 1')) probes++;
    return 'forward';
  };
  await table.task('t');
  await table.advance(STEP);
  expect(probes).toBe(0);
});

it('does not wait for ever for an answer that never comes', async () => {
  const { table, proxy } = await behindProxy({ statementMsMax: 200 });
  proxy.treat = firstWith('select', 'swallow');
  expect(await errorOf(table.task('t'))).toMatchObject({
    code: 'unavailable',
    vendorCode: 'PROTOCOL_SEQUENCE_TIMEOUT',
  });
  expect((await table.task('t'))?.taskId).toBe('t');
});

it('closes when its server is gone', async () => {
  const table = await openMysqlTable(optionsFor(new EventList(), {}));
  await server.kill();
  try {
    await table.close();
  } finally {
    await server.start();
  }
});
