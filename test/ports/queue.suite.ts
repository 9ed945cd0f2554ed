/** What every queue must keep, seen through two handles on one store and a clock that moves when told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DELIVERIES_MAX, type Message, type Queue } from '../../lib/ports/queue.ts';
import { Consumer, messagesOf } from '../support/consumer.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { NASTY_KEYS } from './nasty-keys.ts';

export interface QueueHarness {
  /** Two handles on one new store. */
  open(clock: FakeClock): Promise<readonly [Queue, Queue]>;
  close(): Promise<void>;
}

/** Longer than any delay, poll or lease of a queue under test. */
export const LONG_MS = 10 * 60_000;

export function describeQueue(name: string, makeHarness: () => QueueHarness): void {
  describe(`${name} as a Queue`, () => {
    let harness: QueueHarness;
    let clock: FakeClock;
    let a: Queue;
    let b: Queue;
    const consumers: Consumer[] = [];
    const consume = (...args: ConstructorParameters<typeof Consumer>): Consumer => {
      const consumer = new Consumer(...args);
      consumers.push(consumer);
      return consumer;
    };
    beforeEach(async () => {
      harness = makeHarness();
      clock = new FakeClock();
      [a, b] = await harness.open(clock);
    });
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
      await harness.close();
    });
    const play = { queues: () => [a, b] as const, clock: () => clock, consume };
    describeDelivery(play);
    describeRedelivery(play);
    describeLimits(play);
  });
}

interface Play {
  readonly queues: () => readonly [Queue, Queue];
  readonly clock: () => FakeClock;
  readonly consume: (...args: ConstructorParameters<typeof Consumer>) => Consumer;
}

function describeDelivery({ queues, clock, consume }: Play): void {
  it('delivers what was sent before and after it was asked, without time passing', async () => {
    const [a] = queues();
    await a.send('ranges', messagesOf('1', '2'));
    const consumer = consume(a, 'ranges', { inFlightMax: 9 });
    await settled();
    await a.send('ranges', messagesOf('3'));
    await a.send('ranges', []);
    await settled();
    expect(consumer.bodies).toEqual(['1', '2', '3']);
  });

  it('delivers what another handle sent', async () => {
    const [a, b] = queues();
    const consumer = consume(a, 'ranges', { inFlightMax: 9 });
    await b.send('ranges', messagesOf('1'));
    await clock().advance(LONG_MS);
    expect(consumer.bodies).toEqual(['1']);
  });

  it('delivers a message once while its handler runs, however long that takes', async () => {
    const [a, b] = queues();
    const consumers = [a, b, a, b].map((queue) =>
      consume(queue, 'segments', { batchMax: 3, inFlightMax: 2 }),
    );
    const sent = Array.from({ length: 20 }, (_, i) => String(i));
    await a.send('segments', messagesOf(...sent));
    await clock().advance(LONG_MS);
    const bodies = consumers.flatMap((consumer) => consumer.bodies);
    expect(bodies.toSorted((x, y) => Number(x) - Number(y))).toEqual(sent);
    for (const consumer of consumers) await consumer.stop();
    const later = consume(b, 'segments');
    await clock().advance(LONG_MS);
    expect(later.bodies).toEqual([]);
  });

  it('keeps topics apart', async () => {
    const [a, b] = queues();
    const consumers = {
      ranges: consume(a, 'ranges'),
      segments: consume(a, 'segments'),
      results: consume(b, 'results'),
    };
    for (const topic of ['ranges', 'segments', 'results'] as const) await b.send(topic, messagesOf(topic));
    await clock().advance(LONG_MS);
    for (const [topic, consumer] of Object.entries(consumers)) expect(consumer.bodies).toEqual([topic]);
  });

  it('delivers keys and bodies of every kind as they were given', async () => {
    const [a, b] = queues();
    const sent = NASTY_KEYS.map((key) => ({ key, body: `${key}\u0000${key}` }));
    await a.send('results', sent);
    const seen: Message[] = [];
    const stop = new AbortController();
    const handle = (messages: readonly Message[]) => Promise.resolve(void seen.push(...messages));
    const ended = b.consume('results', { batchMax: 7, inFlightMax: 1 }, handle, stop.signal);
    await clock().advance(LONG_MS);
    stop.abort();
    await ended;
    expect(seen).toEqual(sent);
  });

  it('delivers a large message whole', async () => {
    const [a] = queues();
    const body = '照'.repeat(1_000_000);
    await a.send('results', messagesOf(body));
    const consumer = consume(a, 'results');
    await settled();
    expect(consumer.bodies[0] === body).toBe(true);
  });
}

function describeRedelivery({ queues, clock, consume }: Play): void {
  it('delivers again what a handler failed on, later, and not what it ended', async () => {
    const [a] = queues();
    const consumer = consume(a, 'results', { batchMax: 1, inFlightMax: 2 });
    await a.send('results', messagesOf('good', 'bad'));
    await settled();
    consumer.batches[0]?.end();
    consumer.batches[1]?.fail();
    await settled();
    expect(consumer.bodies).toEqual(['good', 'bad']);
    await clock().advance(LONG_MS);
    expect(consumer.bodies).toEqual(['good', 'bad', 'bad']);
  });

  it('survives a handler that throws instead of rejecting', async () => {
    const [a] = queues();
    await a.send('results', messagesOf('1'));
    const stop = new AbortController();
    let calls = 0;
    const handle = (): Promise<void> => {
      if (++calls === 1) throw new Error('thrown');
      return Promise.resolve();
    };
    const ended = a.consume('results', { batchMax: 1, inFlightMax: 1 }, handle, stop.signal);
    await clock().advance(LONG_MS);
    stop.abort();
    await ended;
    expect(calls).toBe(2);
  });

  it(`drops a message after ${DELIVERIES_MAX} failed deliveries, and no other`, async () => {
    const [a, b] = queues();
    const consumer = consume(a, 'results', { batchMax: 1 });
    await a.send('results', messagesOf('bad'));
    for (let n = 0; n < DELIVERIES_MAX + 2; n++) {
      await clock().advance(LONG_MS);
      consumer.batches[n]?.fail();
    }
    expect(consumer.bodies).toEqual(Array.from({ length: DELIVERIES_MAX }, () => 'bad'));
    await b.send('results', messagesOf('next'));
    await clock().advance(LONG_MS);
    expect(consumer.bodies.at(-1)).toBe('next');
  });

  it('waits longer after each failure', async () => {
    const [a] = queues();
    const consumer = consume(a, 'results');
    await a.send('results', messagesOf('bad'));
    await settled();
    const waits: number[] = [];
    for (let n = 1; n < DELIVERIES_MAX; n++) {
      const failedAtMs = clock().now();
      consumer.batches[n - 1]?.fail();
      while (consumer.batches.length === n && clock().now() < failedAtMs + LONG_MS) await clock().advance(10);
      waits.push(clock().now() - failedAtMs);
    }
    expect(waits[0]).toBeGreaterThan(50);
    expect(waits).toEqual(waits.toSorted((x, y) => x - y));
    expect(waits.at(-1)).toBeLessThan(20_000);
  });
}

function describeLimits({ queues, clock, consume }: Play): void {
  it('hands over at most batchMax messages together, and at most inFlightMax batches at once', async () => {
    const [a] = queues();
    const sent = Array.from({ length: 100 }, (_, i) => String(i));
    await a.send('segments', messagesOf(...sent));
    const consumer = consume(a, 'segments', { batchMax: 7, inFlightMax: 3 });
    for (let ended = 0; ; ended++) {
      await clock().advance(LONG_MS);
      expect(consumer.underWay).toBeLessThanOrEqual(3);
      if (ended === consumer.batches.length) break;
      expect(consumer.underWay).toBe(Math.min(3, consumer.batches.length - ended));
      consumer.batches[ended]?.end();
    }
    expect(consumer.batches.every(({ bodies }) => bodies.length <= 7)).toBe(true);
    expect(consumer.batches).toHaveLength(15);
    expect(consumer.bodies).toEqual(sent);
  });

  it('ends after an abort, when the batches under way have ended, and takes no more', async () => {
    const [a, b] = queues();
    await a.send('segments', messagesOf('1', '2', '3'));
    const consumer = consume(a, 'segments', { batchMax: 1, inFlightMax: 2 });
    await settled();
    consumer.abort();
    consumer.batches[0]?.end();
    await clock().advance(LONG_MS);
    expect(consumer.hasEnded).toBe(false);
    consumer.batches[1]?.end();
    await clock().advance(LONG_MS);
    expect(consumer.hasEnded).toBe(true);
    expect(consumer.bodies).toEqual(['1', '2']);
    const later = consume(b, 'segments');
    await clock().advance(LONG_MS);
    expect(later.bodies).toEqual(['3']);
  });

  it('ends at once when it was aborted before it began, or while it waits', async () => {
    const [a] = queues();
    await a.send('ranges', messagesOf('1'));
    const handle = () => Promise.reject(new Error('never handed over'));
    await a.consume('ranges', { batchMax: 1, inFlightMax: 1 }, handle, AbortSignal.abort());
    const idle = consume(a, 'segments');
    await settled();
    idle.abort();
    await settled();
    expect(idle.hasEnded).toBe(true);
  });
}
