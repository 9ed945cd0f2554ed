/** The parts of the Kafka queue that decide by themselves. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { kafkaError } from '../../lib/adapters/kafka/errors.ts';
import { groupName, topicName } from '../../lib/adapters/kafka/names.ts';
import { inRequests } from '../../lib/adapters/kafka/requests.ts';
import { Slots } from '../../lib/adapters/kafka/slots.ts';
import { TOPICS } from '../../lib/core/messages.ts';
import { settled } from '../support/fake-clock.ts';

/** What Kafka allows a batch where nobody set it (`message.max.bytes`). */
const BATCH_BYTES_MAX = 1_048_588;

it('puts the prefix before topics and groups, and gives each topic a group', () => {
  expect(TOPICS.map((topic) => topicName('a-', topic))).toEqual(['a-ranges', 'a-segments', 'a-results']);
  expect(TOPICS.map((topic) => groupName('a-', topic))).toEqual(['a-planner', 'a-copy', 'a-reporter']);
});

it('cuts messages into requests that every topic takes, in order, none lost, and none where one would do', () => {
  const message = fc
    .record({ key: fc.string(), bytes: fc.oneof(fc.nat(1_000), fc.nat(1_200_000)) })
    .map(({ key, bytes }) => ({ key, body: 'x'.repeat(bytes) }));
  const sizeOf = (messages: readonly { key: string; body: string }[]) =>
    messages.reduce((sum, { key, body }) => sum + Buffer.byteLength(key) + body.length, 0);
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
      const requests = inRequests(messages);
      expect(requests.flat()).toEqual(messages);
      for (const [i, request] of requests.entries()) {
        expect(request.length === 1 || sizeOf(request) < BATCH_BYTES_MAX).toBe(true);
        const next = requests[i + 1]?.slice(0, 1) ?? [];
        expect(next.length === 0 || sizeOf([...request, ...next]) > 0.99 * 1_000_000).toBe(true);
      }
    }),
    { seed: 1, numRuns: 50 },
  );
});

it('lets in as many as there are slots, the others in turn, and forgets who gave up', async () => {
  const slots = new Slots(1);
  const { signal } = new AbortController();
  const impatient = new AbortController();
  const came: string[] = [];
  const queueUp = (name: string, givenUp: AbortSignal) =>
    slots.take(givenUp).then((isIn) => came.push(`${name} ${isIn}`));
  expect(await slots.take(signal)).toBe(true);
  void queueUp('first', signal);
  void queueUp('impatient', impatient.signal);
  void queueUp('last', signal);
  await settled();
  expect(came).toEqual([]);
  impatient.abort();
  slots.give();
  await settled();
  expect(came.toSorted()).toEqual(['first true', 'impatient false']);
  slots.give();
  await settled();
  expect(came.at(-1)).toBe('last true');
  slots.give();
  expect(await slots.take(AbortSignal.abort())).toBe(false);
  expect(await slots.take(signal)).toBe(true);
});

it('finds what a client gave up over, however deep it lies', () => {
  const refused = Object.assign(new Error('not you'), {
    name: 'KafkaJSProtocolError',
    type: 'TOPIC_AUTHORIZATION_FAILED',
  });
  const gaveUp = Object.assign(new Error('gave up', { cause: refused }), {
    name: 'KafkaJSNumberOfRetriesExceeded',
  });
  const error = kafkaError(gaveUp, { operation: 'Produce', topic: 'a-ranges' });
  expect(error).toMatchObject({
    code: 'denied',
    operation: 'Produce',
    vendorCode: 'TOPIC_AUTHORIZATION_FAILED',
  });
  expect(error.message).toContain('a-ranges');
  expect(error.cause).toBe(gaveUp);
});
