/** How many messages and batches a queue hands over at once, in which order, and how it stops. */
import { expect, it } from 'vitest';
import type { Message } from '../../lib/ports/queue.ts';
import { messagesOf } from '../support/consumer.ts';
import { settled } from '../support/fake-clock.ts';
import { arrived, numbers, type Play, spread } from './queue.harness.ts';

export function describeLimits({ its, consume }: Play): void {
  it('hands over at most batchMax messages together, and at most inFlightMax batches at once', async () => {
    const [a] = its().queues;
    const sent = numbers(100);
    await a.send('segments', spread(its(), ...sent));
    const consumer = consume(a, 'segments', { batchMax: 7, inFlightMax: 3 });
    await its().until(() => consumer.underWay === 3);
    await its().quiet('segments');
    for (let ended = 0; ended < consumer.batches.length || consumer.bodies.length < 100; ended++) {
      await its().until(() => consumer.batches.length > ended);
      if (its().ordered === 'topic') {
        await its().quiet('segments');
        expect(consumer.underWay).toBe(Math.min(3, consumer.batches.length - ended));
      }
      expect(consumer.underWay).toBeLessThanOrEqual(3);
      consumer.batches[ended]?.end();
    }
    await its().quiet('segments');
    expect(consumer.underWayMax).toBe(3);
    expect(consumer.batches.every(({ bodies }) => bodies.length <= 7)).toBe(true);
    if (its().ordered === 'topic') expect(consumer.batches).toHaveLength(15);
    expect(arrived(its(), consumer)).toEqual(sent);
  });

  it('hands over the messages of one key in the order they were sent', async () => {
    const [a] = its().queues;
    const sent = spread(its(), ...numbers(64));
    await a.send('segments', sent);
    const seen: Message[] = [];
    const stop = new AbortController();
    const handle = (messages: readonly Message[]) => Promise.resolve(void seen.push(...messages));
    const ended = a.consume('segments', { batchMax: 3, inFlightMax: 1 }, handle, stop.signal);
    await its().until(() => seen.length >= sent.length);
    stop.abort();
    await ended;
    const ofKey = (messages: readonly Message[], key: string) =>
      messages.filter((message) => message.key === key);
    for (const key of its().keys) expect(ofKey(seen, key)).toEqual(ofKey(sent, key));
  });

  it('ends after an abort, when the batches under way have ended, and takes no more', async () => {
    const [a, b] = its().queues;
    await a.send('segments', spread(its(), '1', '2', '3'));
    const consumer = consume(a, 'segments', { batchMax: 1, inFlightMax: 2 });
    await its().prompt(() => consumer.batches.length === 2);
    consumer.abort();
    consumer.batches[0]?.end();
    await its().quiet('segments');
    expect(consumer.hasEnded).toBe(false);
    consumer.batches[1]?.end();
    await its().until(() => consumer.hasEnded);
    expect(consumer.batches).toHaveLength(2);
    const later = consume(b, 'segments');
    await its().until(() => later.bodies.length > 0);
    await its().quiet('segments');
    expect(later.batches).toHaveLength(1);
    expect(arrived(its(), consumer, later)).toEqual(['1', '2', '3']);
    if (its().ordered === 'topic') expect(consumer.bodies).toEqual(['1', '2']);
  });

  it('ends at once when it was aborted before it began, or while it waits', async () => {
    const [a] = its().queues;
    await a.send('ranges', messagesOf('1'));
    const handle = () => Promise.reject(new Error('never handed over'));
    await a.consume('ranges', { batchMax: 1, inFlightMax: 1 }, handle, AbortSignal.abort());
    const idle = consume(a, 'segments');
    await settled();
    idle.abort();
    await its().prompt(() => idle.hasEnded);
  });
}
