/** What the SQLite engines promise over the death of a process, and to several processes at one file. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockTask } from '../../lib/adapters/sqlite/lock.ts';
import { openSqliteQueue } from '../../lib/adapters/sqlite/queue.ts';
import { openSqliteTable } from '../../lib/adapters/sqlite/table.ts';
import { Consumer, messagesOf } from '../support/consumer.ts';
import { tallyWith } from '../ports/table-fixtures.ts';
import { bundle, run } from '../support/child.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { EventList } from '../support/logged.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { tempFolder } from '../support/temp-folder.ts';

const CHILD = 'sqlite-child.ts';

it('delivers again, in order, the batch that a killed process had under way', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'queue.db');
  const program = await bundle(CHILD, folder);
  const options = { dice: seededDice(1), leaseMs: 600_000, pollMs: 1_000, handlerErrorLog: new EventList() };
  const clock = new FakeClock();
  const queue = await openSqliteQueue(path, { ...options, clock });
  await queue.send('segments', messagesOf('1', '2', '3'));
  const child = run(program, 'holdBatch', path);
  expect(await child.line()).toBe('taken');
  const consumer = new Consumer(queue, 'segments');
  await settled();
  expect(consumer.bodies).toEqual([]);
  await child.kill();
  await queue.releaseLeases();
  await settled();
  expect(consumer.bodies).toEqual(['1', '2', '3']);
  await consumer.stop();
  await queue.close();
});

it('locks a task for one process, and frees the lock when that is killed', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'lock.db');
  const program = await bundle(CHILD, folder);
  const first = run(program, 'holdLock', path);
  expect(await first.line()).toBe('locked');
  expect(await run(program, 'holdLock', path).line()).toBe('refused');
  const askedAtMs = performance.now();
  expect(lockTask(path)).toBeUndefined();
  expect(performance.now() - askedAtMs).toBeLessThan(1_000);
  await first.kill();
  expect(await run(program, 'holdLock', path).line()).toBe('locked');
});

it('locks a task once within a process, again after a release', async () => {
  const path = join(await tempFolder(), 'lock.db');
  const lock = lockTask(path);
  expect(lock).toBeDefined();
  expect(lockTask(path)).toBeUndefined();
  lock?.release();
  lock?.release();
  const again = lockTask(path);
  expect(again).toBeDefined();
  again?.release();
  expect(() => lockTask(join(path, 'no', 'folder'))).toThrow(
    expect.objectContaining({ code: 'unavailable' }),
  );
});

it('gives every step to exactly one of three processes that open a new file at once', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'table.db');
  const program = await bundle(CHILD, folder);
  const segments = 150;
  const racers = [1, 2, 3].map(() => run(program, 'race', path, String(segments)));
  const won = await Promise.all(
    racers.map(async (racer) => JSON.parse(await racer.line()) as { advances: number; freezes: number }),
  );
  const sum = (count: 'advances' | 'freezes') => won.reduce((total, one) => total + one[count], 0);
  expect([sum('advances'), sum('freezes')]).toEqual([segments, segments]);
  const table = await openSqliteTable(path, new FakeClock());
  expect(await table.totals('t')).toMatchObject({
    ...{
      ranges: 1,
      segments,
      segmentsDone: segments,
      listed: { objects: 5 * segments, bytes: 101 * segments },
    },
    ...{ tally: tallyWith({ copied: 4 * segments, failed: segments }) },
    ...{ failures: { NETWORK: { objects: segments } } },
  });
  await table.close();
});
