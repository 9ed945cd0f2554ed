/** A process of its own at a SQLite file: to be killed, or to race with another. Says what it did on stdout, one word a line. */
import { setTimeout as delay } from 'node:timers/promises';
import { lockTask } from '../../lib/adapters/sqlite/lock.ts';
import { openSqliteQueue } from '../../lib/adapters/sqlite/queue.ts';
import { openSqliteTable } from '../../lib/adapters/sqlite/table.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { advanceOver, newTask, sliceOf, tallyWith } from '../ports/table-fixtures.ts';
import { EventList } from './logged.ts';
import { seededDice } from './seeded-dice.ts';

const clock: Clock = { now: () => Date.now(), sleep: (ms, signal) => delay(ms, undefined, { signal }) };
const say = (word: string) => process.stdout.write(`${word}\n`);
const forEver = () => delay(2 ** 30);

/** Takes one batch of segments and never ends it. */
async function holdBatch(path: string): Promise<void> {
  const handlerErrorLog = new EventList();
  const options = { clock, dice: seededDice(process.pid), leaseMs: 600_000, pollMs: 50, handlerErrorLog };
  const queue = await openSqliteQueue(path, options);
  const handle = () => {
    say('taken');
    return forEver();
  };
  await queue.consume('segments', { batchMax: 10, inFlightMax: 1 }, handle, new AbortController().signal);
}

async function holdLock(path: string): Promise<void> {
  say(lockTask(path) === undefined ? 'refused' : 'locked');
  await forEver();
}

/** Plans, copies and reports `segments` segments against whoever does the same; tells how often it was first. */
async function race(path: string, segments: string): Promise<void> {
  const table = await openSqliteTable(path, clock);
  await table.createTask(newTask('t'));
  const won = { advances: 0, freezes: 0 };
  for (let seq = 0; seq < Number(segments); seq++) {
    const from = seq === 0 ? '' : `k${seq - 1}`;
    const step = advanceOver('t', { seq, from, to: `k${seq}` });
    if (await table.advance(step)) won.advances++;
    const { segmentId } = step.segment;
    await table.addSlices({ taskId: 't', slices: [{ segmentId, slice: sliceOf(0, 5) }], nowMs: 3_000 });
    const failures = { NETWORK: { objects: 1, samples: [] } };
    const frozen = { path: ['p'], tally: tallyWith({ copied: 4, failed: 1 }), failures, bytesCorrection: 1 };
    if (await table.freeze({ taskId: 't', segmentId, ...frozen })) won.freezes++;
  }
  await table.close();
  say(JSON.stringify(won));
}

const COMMANDS: Record<string, (path: string, more: string) => Promise<void>> = { holdBatch, holdLock, race };
const [command = '', path = '', more = ''] = process.argv.slice(2);
await COMMANDS[command]?.(path, more);
