/** What the Kafka queue does that no other can: passwords, groups that share work, members that come, go and die. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { KAFKA_TIMINGS, type KafkaOptions, type KafkaTimings } from '../../lib/adapters/kafka/client.ts';
import { type KafkaQueue, openKafkaQueue } from '../../lib/adapters/kafka/queue.ts';
import { UserError } from '../../lib/core/errors.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { run } from '../support/child.ts';
import { Consumer, messagesOf } from '../support/consumer.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  isStable,
  kafkaOptions,
  keysApart,
  lag,
  makeTopics,
  PARTITIONS,
  type Place,
  QUICK,
  until,
} from './kafka-harness.ts';

const { brokers, secured, sasl } = inject('kafka');

function heldBy(queue: KafkaQueue): number {
  return queue.share('segments').partitions.length;
}

interface Scene {
  readonly place: Place;
  readonly open: (timings?: KafkaTimings) => Promise<KafkaQueue>;
  readonly consume: (queue: KafkaQueue, options?: ConstructorParameters<typeof Consumer>[2]) => Consumer;
}

/** Topics of the test's own; everything ends with it. */
async function scene(): Promise<Scene> {
  const place = await makeTopics(brokers);
  const queues: KafkaQueue[] = [];
  const consumers: Consumer[] = [];
  onTestFinished(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await Promise.all(queues.map((queue) => queue.close()));
    await place.close();
  });
  return {
    place,
    open: async (timings = QUICK) => {
      const queue = await openKafkaQueue(kafkaOptions(brokers, place.prefix), timings);
      queues.push(queue);
      return queue;
    },
    consume: (queue, options) => {
      const consumer = new Consumer(queue, 'segments', { inFlightMax: PARTITIONS, ...options });
      consumers.push(consumer);
      return consumer;
    },
  };
}

/** One message for each partition. */
function onePerPartition() {
  return keysApart().map((key) => ({ key, body: key }));
}

function sorted(...consumers: readonly Consumer[]): string[] {
  return consumers.flatMap(({ bodies }) => bodies).toSorted();
}

describe('listeners', () => {
  const login = ({ username, password }: { username: string; password: string }) => ({ username, password });
  const ways: Record<string, Partial<KafkaOptions>> = {
    'TLS and a password': { brokers: [secured.brokers], tls: { ca: secured.ca }, sasl: login(secured) },
    'a password alone': { brokers: [sasl.brokers], sasl: login(sasl) },
  };
  it.each(Object.entries(ways))('takes messages there and back with %s', async (_name, way) => {
    const { place } = await scene();
    const queue = await openKafkaQueue(kafkaOptions(brokers, place.prefix, way), QUICK);
    onTestFinished(() => queue.close());
    await queue.send('segments', messagesOf('1'));
    const consumer = new Consumer(queue, 'segments');
    onTestFinished(() => consumer.stop());
    await until(() => consumer.bodies.length > 0);
    expect(consumer.bodies).toEqual(['1']);
  });

  it('says that the password is wrong, and not which it was', async () => {
    const password = 'not-the-password';
    const way = { ...ways['TLS and a password'], sasl: { username: secured.username, password } };
    const options = kafkaOptions(brokers, 'any-', way);
    const error = await openKafkaQueue(options, QUICK).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'StoreError', code: 'denied', retryable: false });
    expect(String(error)).toContain('password');
    expect(JSON.stringify([String(error), options.log.events])).not.toContain(password);
  });

  it('says that nobody vouches for the certificate', async () => {
    const options = kafkaOptions(brokers, 'any-', { brokers: [secured.brokers], tls: {} });
    await expect(openKafkaQueue(options, QUICK)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('certificate'),
    });
  });

  it('names the topic that is missing, to who sends and to who consumes', async () => {
    const queue = await openKafkaQueue(kafkaOptions(brokers, 'nowhere-'), QUICK);
    onTestFinished(() => queue.close());
    const handle = () => Promise.resolve();
    const limits = { batchMax: 1, inFlightMax: 1 };
    const { signal } = new AbortController();
    for (const call of [
      () => queue.send('ranges', messagesOf('1')),
      () => queue.consume('ranges', limits, handle, signal),
    ]) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toMatch(/nowhere-ranges.*deploy/);
    }
  });
});

it('refuses a message over the limit of Kafka before anything is sent', async () => {
  const { open, place } = await scene();
  const queue = await open();
  const tooLarge = { key: 'k', body: 'x'.repeat(13 * 1024 * 1024) };
  await expect(queue.send('segments', [...messagesOf('1'), tooLarge])).rejects.toMatchObject({
    code: 'too_large',
    retryable: false,
  });
  expect(await lag(place, 'segments')).toBe(0);
});

describe('a group', () => {
  it('spreads the partitions, and so the load, over its members', async () => {
    const { open, consume, place } = await scene();
    const [a, b] = [await open(), await open()];
    const consumers = [consume(a), consume(b)] as const;
    await until(() => isStable(place, 'segments', 2));
    await until(() => heldBy(a) + heldBy(b) === PARTITIONS);
    expect(a.share('segments').all).toBe(PARTITIONS);
    const both = [a, b].flatMap((queue) => queue.share('segments').partitions);
    expect(both.toSorted((x, y) => x - y)).toEqual(Array.from({ length: PARTITIONS }, (_, at) => at));
    expect(heldBy(a)).toBe(PARTITIONS / 2);
    await a.send('segments', onePerPartition());
    await until(() => sorted(...consumers).length >= PARTITIONS);
    expect(sorted(...consumers)).toEqual(keysApart().toSorted());
    expect(consumers[0].bodies).toHaveLength(PARTITIONS / 2);
  });

  it('takes work away from a member, at once, when another joins, and gives each its share', async () => {
    const { open, consume, place } = await scene();
    const [a, b] = [await open(), await open()];
    const first = consume(a);
    await a.send('segments', onePerPartition());
    await until(() => first.underWay === PARTITIONS);
    const taken = [...first.batches];
    expect(taken.some(({ held }) => held.aborted)).toBe(false);
    const second = consume(b);
    await until(() => taken.every(({ held }) => held.aborted));
    await until(() => first.underWay + second.underWay === PARTITIONS);
    expect(second.underWay).toBe(PARTITIONS / 2);
    const again = [...first.batches.slice(PARTITIONS), ...second.batches].flatMap(({ bodies }) => bodies);
    expect(again.toSorted()).toEqual(keysApart().toSorted());
    expect(await lag(place, 'segments')).toBe(PARTITIONS);
  });

  it('waits for a handler to end before others get its work', async () => {
    const { open, consume } = await scene();
    const [a, b] = [await open({ ...QUICK, sessionMs: 6_000, drainMsMax: 4_000 }), await open()];
    let isAborted = false;
    let hasEnded = false;
    const stop = new AbortController();
    const slowToEnd = async (_messages: unknown, held: AbortSignal) => {
      await until(() => held.aborted || stop.signal.aborted);
      isAborted = held.aborted;
      await systemClock.sleep(500);
      hasEnded = true;
    };
    const ended = a.consume('segments', { batchMax: 1, inFlightMax: 1 }, slowToEnd, stop.signal);
    await until(() => heldBy(a) === PARTITIONS);
    await a.send('segments', messagesOf('1'));
    const second = consume(b);
    await until(() => isAborted);
    expect(second.bodies).toEqual([]);
    await until(() => heldBy(b) > 0);
    expect(hasEnded).toBe(true);
    stop.abort();
    await ended;
    await until(() => second.bodies.length > 0);
    expect(second.bodies).toEqual(['1']);
  });

  it('gives a member that leaves to the others long before its session would end', async () => {
    const { open, consume } = await scene();
    const patient = { ...QUICK, sessionMs: KAFKA_TIMINGS.sessionMs };
    const [a, b] = [await open(patient), await open(patient)];
    const leaving = consume(a);
    await until(() => heldBy(a) === PARTITIONS);
    consume(b);
    await until(() => heldBy(b) === PARTITIONS / 2);
    const startedAtMs = systemClock.now();
    await leaving.stop();
    expect(heldBy(a)).toBe(0);
    await until(() => heldBy(b) === PARTITIONS);
    expect(systemClock.now() - startedAtMs).toBeLessThan(patient.sessionMs / 4);
  });

  it('keeps a member whose handler outlasts the session, and holds up no other partition for it', async () => {
    const { open, consume } = await scene();
    const queue = await open();
    const consumer = consume(queue, { inFlightMax: 2 });
    const [slow = '', ...quick] = keysApart();
    await queue.send('segments', [{ key: slow, body: slow }]);
    await until(() => consumer.batches.length === 1);
    const startedAtMs = systemClock.now();
    for (let sent = 0; systemClock.now() - startedAtMs < 2 * QUICK.sessionMs; sent++) {
      const key = quick[sent % quick.length] ?? '';
      await queue.send('segments', [{ key, body: key }]);
      await until(() => consumer.batches.length === sent + 2);
      consumer.batches.at(-1)?.end();
    }
    expect(consumer.batches.length).toBeGreaterThan(5);
    expect(consumer.batches[0]?.held.aborted).toBe(false);
    expect(consumer.bodies.filter((body) => body === slow)).toEqual([slow]);
  });

  it('delivers again what a killed process had under way, and not what it had ended', async () => {
    const { open, consume, place } = await scene();
    const queue = await open();
    const early = consume(queue);
    await queue.send('segments', messagesOf('done'));
    await until(() => early.batches.length === 1);
    early.batches[0]?.end();
    await until(async () => (await lag(place, 'segments')) === 0);
    await early.stop();
    const child = run(await childProgram(), brokers, place.prefix);
    await queue.send('segments', messagesOf('lost'));
    expect(await child.line()).toBe('lost');
    const consumer = consume(queue);
    await child.kill();
    await until(() => consumer.bodies.length > 0);
    expect(consumer.bodies).toEqual(['lost']);
  });
});

async function childProgram(): Promise<string> {
  const outfile = join(await tempFolder(), 'child.cjs');
  const entryPoints = [join(import.meta.dirname, 'kafka-child.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs' });
  return outfile;
}
