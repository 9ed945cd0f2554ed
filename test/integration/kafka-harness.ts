/** Topics, queues and what a broker knows of a group, for tests on a real Kafka broker. */
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { KAFKA_TIMINGS, type KafkaOptions, type KafkaTimings } from '../../lib/adapters/kafka/client.ts';
import { groupName, topicName } from '../../lib/adapters/kafka/names.ts';
import { type KafkaQueue, openKafkaQueue } from '../../lib/adapters/kafka/queue.ts';
import { type Topic, TOPICS } from '../../lib/core/messages.ts';
import { systemClock, systemDice } from '../../lib/runtime/clock.ts';
import type { QueueHarness } from '../ports/queue.harness.ts';
import { EventList } from '../support/logged.ts';
import { createTopics } from '../../scripts/engines/topics.ts';

export const PARTITIONS = 8;
const UNTIL_TIMEOUT_MS = 30_000;
const POLL_MS = 10;

/** A session is over soon, so that a test can outlast it. */
export const QUICK: KafkaTimings = {
  ...KAFKA_TIMINGS,
  sessionMs: 1_500,
  heartbeatMs: 300,
  rebalanceMs: 10_000,
  drainMsMax: 1_000,
  fetchWaitMs: 50,
};
/** Longer than a session, and than every delay before a failed batch comes again. */
const QUIET_MS = 2_000;

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const lastMs = systemClock.now() + UNTIL_TIMEOUT_MS;
  while (!(await holds())) {
    if (systemClock.now() > lastMs) throw new Error(`it does not hold within ${UNTIL_TIMEOUT_MS} ms`);
    await systemClock.sleep(POLL_MS);
  }
}

export interface Place {
  readonly prefix: string;
  readonly admin: Admin;
  close(): Promise<void>;
}

/** Topics under a prefix that nothing else uses. */
export async function makeTopics(brokers: string, partitions = PARTITIONS): Promise<Place> {
  const prefix = `${systemDice.unique()}-`;
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = TOPICS.map((topic) => ({ topic: topicName(prefix, topic), numPartitions: partitions }));
  // A send to one that does not serve yet is done again, and doubles what other partitions took.
  await createTopics(admin, topics);
  const close = async () => {
    await admin.deleteTopics({ topics: topics.map(({ topic }) => topic) });
    await admin.disconnect();
  };
  return { prefix, admin, close };
}

export function kafkaOptions(
  brokers: string,
  prefix: string,
  more: Partial<KafkaOptions> = {},
): KafkaOptions & { readonly log: EventList } {
  const clock = systemClock;
  const log = new EventList();
  /** Jitter would blur the order of delays. */
  const dice = { random: () => 0.5, unique: () => systemDice.unique() };
  const plain = { brokers: [brokers], tls: undefined, sasl: undefined, clientId: 'oss2cos-test' };
  return { ...plain, prefix, clock, dice, ...more, log };
}

export function openQuick(brokers: string, prefix: string): Promise<KafkaQueue> {
  return openKafkaQueue(kafkaOptions(brokers, prefix), QUICK);
}

/** Messages that the group has not committed. */
export async function lag({ admin, prefix }: Place, topic: Topic): Promise<number> {
  const ends = await admin.fetchTopicOffsets(topicName(prefix, topic));
  const groupId = groupName(prefix, topic);
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topicName(prefix, topic)] });
  const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return ends.reduce(
    (sum, { partition, high }) => sum + Number(high) - Math.max(0, offsets.get(partition) ?? 0),
    0,
  );
}

/** So many members, and no rebalance under way. */
export async function isStable({ admin, prefix }: Place, topic: Topic, members: number): Promise<boolean> {
  const { groups } = await admin.describeGroups([groupName(prefix, topic)]);
  return groups[0]?.state === 'Stable' && groups[0].members.length === members;
}

/** One key for each partition. */
export function keysApart(): string[] {
  const partition = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [0],
    isr: [0],
  }));
  const keys = new Map<number, string>();
  for (let i = 0; keys.size < PARTITIONS; i++) {
    const key = `k${i}`;
    keys.set(partition({ topic: '', partitionMetadata, message: { key, value: null } }), key);
  }
  return [...keys.values()];
}

export async function kafkaHarness(brokers: string): Promise<QueueHarness> {
  const place = await makeTopics(brokers);
  const queues = await Promise.all([openQuick(brokers, place.prefix), openQuick(brokers, place.prefix)]);
  return {
    queues,
    ordered: 'key',
    keys: keysApart(),
    now: () => performance.now(),
    until,
    prompt: until,
    /** Nothing can come when all is committed; else whatever were to come would have come in that time. */
    quiet: async (topic) => {
      const lastMs = systemClock.now() + QUIET_MS;
      await until(async () => systemClock.now() > lastMs || (await lag(place, topic)) === 0);
    },
    ready: (topic, consumers) => until(() => isStable(place, topic, consumers)),
    close: async () => {
      await Promise.all(queues.map((queue) => queue.close()));
      await place.close();
    },
  };
}
