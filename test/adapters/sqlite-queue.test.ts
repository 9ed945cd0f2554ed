/** The SQLite queue keeps the port's contract, and its leases end with the process that holds them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteQueue, type SqliteQueue } from '../../lib/adapters/sqlite/queue.ts';
import { DELIVERIES_MAX } from '../../lib/ports/queue.ts';
import { fakeTimeHarness, LONG_MS } from '../ports/queue.harness.ts';
import { describeQueue } from '../ports/queue.suite.ts';
import { Consumer, messagesOf } from '../support/consumer.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { EventList } from '../support/logged.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { tempFolder } from '../support/temp-folder.ts';

const LEASE_MS = 30_000;
const POLL_MS = 1_000;
let seed = 0;

function open(path: string, clock: FakeClock, log = new EventList()): Promise<SqliteQueue> {
  const dice = seededDice(++seed);
  return openSqliteQueue(path, { clock, dice, leaseMs: LEASE_MS, pollMs: POLL_MS, handlerErrorLog: log });
}

describeQueue('sqlite', () =>
  fakeTimeHarness(async (clock) => {
    const folder = await mkdtemp(join(tmpdir(), 'oss2cos-queue-'));
    const path = join(folder, 'queue.db');
    const queues = await Promise.all([open(path, clock), open(path, clock)] as const);
    const close = async () => {
      await Promise.all(queues.map((queue) => queue.close()));
      await rm(folder, { recursive: true });
    };
    return { queues, close };
  }),
);

/** Two handles whose clocks are their own: one that stands still plays a process that died. */
async function deadAndAlive() {
  const path = join(await tempFolder(), 'queue.db');
  const clocks = { dead: new FakeClock(), alive: new FakeClock() };
  const log = new EventList();
  const dead = await open(path, clocks.dead);
  const alive = await open(path, clocks.alive, log);
  const consumers: Consumer[] = [];
  onTestFinished(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await Promise.all([dead.close(), alive.close()]);
  });
  const consume = (queue: SqliteQueue) => {
    const consumer = new Consumer(queue, 'segments');
    consumers.push(consumer);
    return consumer;
  };
  return { dead, alive, clock: clocks.alive, log, consume };
}

it('delivers again what a dead process had taken, when its lease has ended and not before', async () => {
  const { dead, alive, clock, consume } = await deadAndAlive();
  const lost = consume(dead);
  await alive.send('segments', messagesOf('1', '2'));
  await settled();
  expect(lost.bodies).toEqual(['1', '2']);
  const consumer = consume(alive);
  await clock.advance(LEASE_MS - 1);
  expect(consumer.bodies).toEqual([]);
  await clock.advance(POLL_MS);
  expect(consumer.bodies).toEqual(['1', '2']);
});

it('drops a message that killed every process it was delivered to', async () => {
  const { dead, alive, clock, log, consume } = await deadAndAlive();
  await dead.send('segments', messagesOf('poison', 'after'));
  for (let n = 0; n < DELIVERIES_MAX; n++) {
    const victim = consume(dead);
    await settled();
    expect(victim.bodies).toEqual(['poison', 'after']);
    await alive.releaseLeases();
    victim.abort();
  }
  const consumer = consume(alive);
  await clock.advance(LONG_MS);
  expect(consumer.bodies).toEqual([]);
  expect(log.events).toEqual([
    { level: 'error', event: 'queue.dropped', fields: { topic: 'segments', messages: 2 } },
  ]);
});

it('delivers at once what releaseLeases took back', async () => {
  const { dead, alive, consume } = await deadAndAlive();
  consume(dead);
  await dead.send('segments', messagesOf('1'));
  await settled();
  const consumer = consume(alive);
  await settled();
  expect(consumer.bodies).toEqual([]);
  await alive.releaseLeases();
  await settled();
  expect(consumer.bodies).toEqual(['1']);
});

it('does not let a late end of a lost batch take away what is under way elsewhere', async () => {
  const { dead, alive, clock, consume } = await deadAndAlive();
  const late = consume(dead);
  await alive.send('segments', messagesOf('1'));
  await settled();
  const consumer = consume(alive);
  await clock.advance(LEASE_MS + POLL_MS);
  late.batches[0]?.fail();
  await settled();
  consumer.batches[0]?.fail();
  await clock.advance(LONG_MS);
  expect(consumer.bodies).toEqual(['1', '1']);
});

it('keeps messages over a close, in order', async () => {
  const path = join(await tempFolder(), 'queue.db');
  const first = await open(path, new FakeClock());
  await first.send('ranges', messagesOf('1', '2', '3'));
  await first.close();
  const second = await open(path, new FakeClock());
  const consumer = new Consumer(second, 'ranges');
  await settled();
  expect(consumer.bodies).toEqual(['1', '2', '3']);
  await consumer.stop();
  await second.close();
});

it('says that a folder which is not there is unavailable', async () => {
  const path = join(await tempFolder(), 'missing', 'queue.db');
  await expect(open(path, new FakeClock())).rejects.toMatchObject({
    name: 'StoreError',
    code: 'unavailable',
  });
});
