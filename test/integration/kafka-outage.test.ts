/** A broker that dies and comes back, under who sends and who consumes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KafkaQueue, openKafkaQueue } from '../../lib/adapters/kafka/queue.ts';
import { type RunningKafka, startKafka } from '../../scripts/engines/kafka.ts';
import { Consumer, messagesOf } from '../support/consumer.ts';
import { kafkaOptions, makeTopics, QUICK, until } from './kafka-harness.ts';

let kafka: RunningKafka;
let queue: KafkaQueue;
let consumer: Consumer;

beforeAll(async () => {
  kafka = await startKafka();
  const place = await makeTopics(kafka.brokers, 2);
  await place.admin.disconnect();
  queue = await openKafkaQueue(kafkaOptions(kafka.brokers, place.prefix), QUICK);
  consumer = new Consumer(queue, 'results');
});

afterAll(async () => {
  await consumer.stop();
  await queue.close();
  await kafka.stop();
});

it('says that the broker is unavailable, and goes on by itself when it is back', async () => {
  await queue.send('results', messagesOf('before'));
  await until(() => consumer.bodies.length === 1);
  consumer.endAll();
  await kafka.kill();
  await expect(queue.send('results', messagesOf('during'))).rejects.toMatchObject({
    name: 'StoreError',
    code: 'unavailable',
    retryable: true,
  });
  expect(consumer.hasEnded).toBe(false);
  await kafka.revive();
  await queue.send('results', messagesOf('after'));
  await until(() => consumer.bodies.includes('after'));
  expect(consumer.hasEnded).toBe(false);
});
