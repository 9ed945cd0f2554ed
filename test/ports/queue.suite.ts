/** What every queue must keep, seen through two handles on one store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DELIVERIES_MAX, type Message } from '../../lib/ports/queue.ts';
import { Consumer, messagesOf } from '../support/consumer.ts';
import { settled } from '../support/fake-clock.ts';
import { NASTY_KEYS } from './nasty-keys.ts';
import { arrived, numbers, type Play, type QueueHarness, spread } from './queue.harness.ts';
import { describeLimits } from './queue-limits.suite.ts';

export function describeQueue(name: string, open: () => Promise<QueueHarness>): void {
  describe(`${name} as a Queue`, () => {
    let harness: QueueHarness;
    const consumers: Consumer[] = [];
    const consume = (...args: ConstructorParameters<typeof Consumer>): Consumer => {
      const consumer = new Consumer(...args);
      consumers.push(consumer);
      return consumer;
    };
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
      await harness.close();
    });
    const play = { its: () => harness, consume };
    describeDelivery(play);
    describeRedelivery(play);
    describeLimits(play);
  });
}

function describeDelivery({ its, consume }: Play): void {
  it('delivers what was sent before and after it was asked, without time passing', async () => {
    const [a] = its().queues;
    await a.send('ranges', spread(its(), '1', '2'));
    const consumer = consume(a, 'ranges', { inFlightMax: 9 });
    await its().prompt(() => consumer.bodies.length === 2);
    await a.send('ranges', spread(its(), '', '', '3').slice(2));
    await a.send('ranges', []);
    await its().prompt(() => consumer.bodies.length === 3);
    expect(arrived(its(), consumer)).toEqual(['1', '2', '3']);
  });

  it('delivers what another handle sent', async () => {
    const [a, b] = its().queues;
    const consumer = consume(a, 'ranges', { inFlightMax: 9 });
    await b.send('ranges', messagesOf('1'));
    await its().until(() => consumer.bodies.length > 0);
    await its().quiet('ranges');
    expect(consumer.bodies).toEqual(['1']);
  });

  it('delivers a message once while its handler runs, however long that takes', async () => {
    const [a, b] = its().queues;
    const consumers = [a, b, a, b].map((queue) =>
      consume(queue, 'segments', { batchMax: 3, inFlightMax: 2 }),
    );
    const sent = numbers(20);
    const count = () => consumers.reduce((sum, { bodies }) => sum + bodies.length, 0);
    await its().ready('segments', consumers.length);
    await a.send('segments', spread(its(), ...sent));
    await its().until(() => count() >= 8);
    await its().quiet('segments');
    const underWay = consumers.flatMap(({ bodies }) => bodies);
    expect(new Set(underWay).size).toBe(underWay.length);
    if (its().ordered === 'topic') expect(arrived(its(), ...consumers)).toEqual(sent);
    await its().until(() => {
      for (const consumer of consumers) consumer.endAll();
      return count() >= sent.length;
    });
    for (const consumer of consumers) consumer.endAll();
    await its().quiet('segments');
    expect(arrived(its(), ...consumers)).toEqual(sent);
    for (const consumer of consumers) await consumer.stop();
    const later = consume(b, 'segments', { inFlightMax: 9 });
    const markers = numbers(8);
    await a.send('segments', spread(its(), ...markers));
    await its().until(() => later.bodies.length >= markers.length);
    await its().quiet('segments');
    expect(arrived(its(), later)).toEqual(markers);
  });

  it('keeps topics apart', async () => {
    const [a, b] = its().queues;
    const topics = ['ranges', 'segments', 'results'] as const;
    const consumers = [a, a, b].map((queue, i) => consume(queue, topics[i] ?? 'ranges'));
    for (const topic of topics) await b.send(topic, messagesOf(topic));
    await its().until(() => consumers.every(({ bodies }) => bodies.length > 0));
    for (const consumer of consumers) consumer.endAll();
    for (const topic of topics) await its().quiet(topic);
    expect(consumers.map(({ bodies }) => bodies)).toEqual(topics.map((topic) => [topic]));
  });

  it('delivers keys and bodies of every kind as they were given', async () => {
    const [a, b] = its().queues;
    const sent = NASTY_KEYS.map((key) => ({ key, body: `${key}\u0000${key}` }));
    await a.send('results', sent);
    const seen: Message[] = [];
    const stop = new AbortController();
    const handle = (messages: readonly Message[]) => Promise.resolve(void seen.push(...messages));
    const ended = b.consume('results', { batchMax: 7, inFlightMax: 1 }, handle, stop.signal);
    await its().until(() => seen.length >= sent.length);
    await its().quiet('results');
    stop.abort();
    await ended;
    if (its().ordered === 'topic') expect(seen).toEqual(sent);
    const byBody = (x: Message, y: Message) => (x.body < y.body ? -1 : 1);
    expect(seen.toSorted(byBody)).toEqual(sent.toSorted(byBody));
  });

  it('delivers a large message whole', async () => {
    const [a] = its().queues;
    const body = '照'.repeat(1_000_000);
    await a.send('results', messagesOf(body));
    const consumer = consume(a, 'results');
    await its().prompt(() => consumer.bodies.length === 1);
    expect(consumer.bodies[0] === body).toBe(true);
  });
}

function describeRedelivery({ its, consume }: Play): void {
  it('delivers again what a handler failed on, later, and not what it ended', async () => {
    const [a] = its().queues;
    const consumer = consume(a, 'results', { batchMax: 1, inFlightMax: 2 });
    await a.send('results', spread(its(), 'good', 'bad'));
    await its().prompt(() => consumer.batches.length === 2);
    consumer.batches.find(({ bodies }) => bodies[0] === 'good')?.end();
    consumer.batches.find(({ bodies }) => bodies[0] === 'bad')?.fail();
    await settled();
    expect(consumer.bodies.toSorted()).toEqual(['bad', 'good']);
    await its().until(() => consumer.batches.length > 2);
    await its().quiet('results');
    expect(consumer.bodies.slice(2)).toEqual(['bad']);
  });

  it('survives a handler that throws instead of rejecting', async () => {
    const [a] = its().queues;
    await a.send('results', messagesOf('1'));
    const stop = new AbortController();
    let calls = 0;
    const handle = (): Promise<void> => {
      if (++calls === 1) throw new Error('thrown');
      return Promise.resolve();
    };
    const ended = a.consume('results', { batchMax: 1, inFlightMax: 1 }, handle, stop.signal);
    await its().until(() => calls >= 2);
    await its().quiet('results');
    stop.abort();
    await ended;
    expect(calls).toBe(2);
  });

  it(`drops a message after ${DELIVERIES_MAX} failed deliveries, and no other`, async () => {
    const [a, b] = its().queues;
    const consumer = consume(a, 'results', { batchMax: 1 });
    await a.send('results', messagesOf('bad'));
    for (let n = 0; n < DELIVERIES_MAX; n++) {
      await its().until(() => consumer.batches.length > n);
      consumer.batches[n]?.fail();
    }
    await its().quiet('results');
    expect(consumer.bodies).toEqual(Array.from({ length: DELIVERIES_MAX }, () => 'bad'));
    await b.send('results', messagesOf('next'));
    await its().until(() => consumer.batches.length > DELIVERIES_MAX);
    expect(consumer.bodies.at(-1)).toBe('next');
  });

  it('waits longer after each failure', async () => {
    const [a] = its().queues;
    const consumer = consume(a, 'results');
    await a.send('results', messagesOf('bad'));
    await its().prompt(() => consumer.batches.length === 1);
    const waits: number[] = [];
    for (let n = 1; n < DELIVERIES_MAX; n++) {
      const failedAtMs = its().now();
      consumer.batches[n - 1]?.fail();
      await its().until(() => consumer.batches.length > n);
      waits.push(its().now() - failedAtMs);
    }
    expect(waits[0]).toBeGreaterThan(50);
    expect(waits).toEqual(waits.toSorted((x, y) => x - y));
    expect(waits.at(-1)).toBeLessThan(20_000);
  });
}
