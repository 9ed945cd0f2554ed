/** The worker over memory adapters: what it does with its queue, its time, and its end. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import type { Handle, Queue } from '../../lib/ports/queue.ts';
import { ringRange, ringSegment } from '../../lib/app/ring.ts';
import { ROOT_RANGE } from '../../lib/app/start-task.ts';
import { type Role, ROLES, work, type WorkerProgress } from '../../lib/runtime/worker.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { until } from '../support/until.ts';
import { begin, CALM, fill, openWorkshop, plantSegment, type Workshop } from '../support/workshop.ts';

const KEYS = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, '0')}`);

interface Running {
  readonly ended: Promise<void>;
  readonly progress: WorkerProgress[];
  stop(): void;
}

function start(shop: Workshop, roles: readonly Role[], queue: Queue = shop.queue): Running {
  const stop = new AbortController();
  const progress: WorkerProgress[] = [];
  const { clock, log, table } = shop;
  const ended = work({
    ...{ roles, queue, table, clock, log },
    ...{ copying: shop.ports.stores, planning: shop.ports.stores },
    concurrency: 8,
    dice: seededDice(11),
    onProgress: (now) => progress.push(now),
    signal: stop.signal,
  });
  ended.catch(() => undefined);
  const running = { ended, progress, stop: () => stop.abort(new Error('stopped')) };
  onTestFinished(running.stop);
  return running;
}

/** Lets time pass until it holds; compression runs on threads that no fake clock waits for. */
async function passing(shop: Workshop, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 2_000; n++) {
    if (await holds()) return;
    await shop.clock.advance(1_000);
  }
  throw new Error('it never held');
}

async function finished(shop: Workshop): Promise<void> {
  await passing(shop, async () => (await shop.table.task(shop.task.taskId))?.state === 'finished');
}

describe('workers', () => {
  it('run a task to its end, whichever roles each of them plays', async () => {
    for (const cluster of [[ROLES], [['planner'], ['copy'], ['copy'], ['reporter']]] as const) {
      const shop = openWorkshop();
      await begin(shop);
      fill(shop, KEYS);
      await ringRange(shop.queue, { taskId: shop.task.taskId, rangeId: ROOT_RANGE });
      const workers = cluster.map((roles) => start(shop, roles));
      await finished(shop);
      expect([...shop.sink.objects.keys()].toSorted()).toEqual(KEYS);
      expect(await shop.state.readReport(CALM)).toMatchObject({
        status: 'succeeded',
        objects: { copied: KEYS.length },
      });
      workers.forEach((worker) => worker.stop());
      await Promise.all(workers.map((worker) => worker.ended));
      const counted = workers.map((worker) => worker.progress.at(-1)?.tally.copied.objects ?? 0);
      expect(counted.reduce((a, b) => a + b, 0)).toBe(KEYS.length);
    }
  });

  it('tell what they have done, and count nothing for a message that comes again', async () => {
    const shop = openWorkshop();
    await begin(shop);
    const message = await plantSegment(shop, 'r/0000000-a', fill(shop, KEYS));
    const worker = start(shop, ['copy']);
    for (let n = 1; n <= 3; n++) {
      await ringSegment(shop.queue, message);
      await passing(shop, () => shop.queue.pending('results').length === n);
    }
    await shop.clock.advance(20_000);
    expect(worker.progress.at(-1)).toMatchObject({
      segmentsUnderWay: 0,
      tally: { copied: { objects: KEYS.length } },
    });
  });
});

/** Hands one batch to the consumer of segments, and takes it away when told. */
function oneBatch(shop: Workshop, body: string) {
  const taken = new AbortController();
  const outcome: { rejected?: unknown; resolved?: true } = {};
  const queue: Queue = {
    send: (topic, messages) => shop.queue.send(topic, messages),
    consume: async (_topic, _options, handle: Handle, signal) => {
      await handle([{ key: 'k', body }], taken.signal).then(
        () => (outcome.resolved = true),
        (error: unknown) => (outcome.rejected = error),
      );
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  };
  return { queue, outcome, takeAway: () => taken.abort(new Error('taken away')) };
}

describe('a worker', () => {
  it('writes what is done of a segment that is taken away, and says that it did not end', async () => {
    let hung = 0;
    const shop = openWorkshop({
      source: (source) =>
        Object.assign(Object.create(source) as typeof source, {
          list: source.list.bind(source),
          read: (request: Parameters<typeof source.read>[0], signal: AbortSignal) => {
            if (request.key !== KEYS[20]) return source.read(request, signal);
            hung++;
            return new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error));
            });
          },
        }),
    });
    await begin(shop);
    const message = await plantSegment(shop, 'r/0000000-a', fill(shop, KEYS));
    const { queue, outcome, takeAway } = oneBatch(shop, JSON.stringify(message));
    const worker = start(shop, ['copy'], queue);
    await until(() => hung === 1 && shop.sink.objects.size === KEYS.length - 1);
    takeAway();
    await shop.clock.advance(10_000);
    expect(outcome.rejected).toBeInstanceOf(Error);
    const spans = await shop.state.spans(message.segmentId, CALM);
    expect(spans.map(({ from, to }) => [from, to])).toEqual([[0, 20]]);
    worker.stop();
    await worker.ended;
  });

  it('ends with what its queue refuses for good, and stops its other roles', async () => {
    const shop = openWorkshop();
    const refused = new StoreError('wrong password', { code: 'denied', operation: 'consume' });
    const ends: string[] = [];
    const queue: Queue = {
      send: () => Promise.resolve(),
      consume: async (topic, _options, _handle, signal) => {
        if (topic === 'segments') throw refused;
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        ends.push(topic);
      },
    };
    const worker = start(shop, ROLES, queue);
    await expect(worker.ended).rejects.toBe(refused);
    expect(ends.toSorted()).toEqual(['ranges', 'results']);
  });

  it('goes on ticking after a tick that failed', async () => {
    const shop = openWorkshop();
    await begin(shop);
    const unfinished = shop.table.unfinishedTasks.bind(shop.table);
    let failures = 2;
    shop.table.unfinishedTasks = () =>
      failures-- > 0 ? Promise.reject(new Error('the table is away')) : unfinished();
    fill(shop, KEYS);
    await ringRange(shop.queue, { taskId: shop.task.taskId, rangeId: ROOT_RANGE });
    start(shop, ROLES);
    await finished(shop);
    expect(shop.log.events.filter(({ event }) => event === 'timer')).toHaveLength(2);
  });
});
