/** What tests of CKafka triggers stand on: topics of their own on the broker of the integration suite, and what was delivered. */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, inject } from 'vitest';
import type { ActiveTrigger } from '../runtime.ts';
import { openRuntime, type RuntimeHarness } from './harness.ts';
import type { Invocation, RuntimeOptions } from './options.ts';

type CkafkaTrigger = Extract<ActiveTrigger, { kind: 'ckafka' }>;

export interface TriggerRecord {
  readonly topic: string;
  readonly Partition?: number;
  readonly partition?: number;
  readonly offset: number;
  readonly msgKey: string;
  readonly msgBody: string;
}

export const OK = `exports.main_handler = async () => 'done';`;

export function triggerOf(topic: string, parts: Partial<CkafkaTrigger> = {}): CkafkaTrigger {
  return {
    kind: 'ckafka',
    name: `ckafka-standin-${topic}`,
    instanceId: 'ckafka-standin',
    topic,
    group: groupOf(topic),
    maxMsgNum: 1,
    offset: 'earliest',
    retry: 2,
    timeOutS: 1,
    ...parts,
  };
}

function groupOf(topic: string): string {
  return `group-of-${topic}`;
}

/** For a test file as a whole: connected before its first test, and gone after the last. */
export function useBroker() {
  const { brokers } = inject('kafka');
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  beforeAll(() => Promise.all([admin.connect(), producer.connect()]));
  afterAll(() => Promise.all([admin.disconnect(), producer.disconnect()]));
  return {
    open: (options: RuntimeOptions = {}): RuntimeHarness => openRuntime({ brokers, ...options }),

    newTopic: async (numPartitions = 1): Promise<string> => {
      const topic = `trigger-${randomUUID()}`;
      await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
      return topic;
    },

    /** To partition 0, where nothing else is said. */
    send: async (topic: string, ...messages: readonly (string | Partial<Message>)[]): Promise<void> => {
      const whole = messages.map((each) => (typeof each === 'string' ? { value: each } : each));
      await producer.send({ topic, messages: whole.map((each) => ({ value: 'x', partition: 0, ...each })) });
    },

    /** The offset of partition 0 that the group of `triggerOf` has committed. */
    committed: async (topic: string): Promise<string | undefined> => {
      const [offsets] = await admin.fetchOffsets({ groupId: groupOf(topic), topics: [topic] });
      return offsets?.partitions.find(({ partition }) => partition === 0)?.offset;
    },

    members: async (topic: string): Promise<string[]> => {
      const { groups } = await admin.describeGroups([groupOf(topic)]);
      return groups.flatMap((group) => group.members.map(({ memberId }) => memberId));
    },
  };
}

export function recordsOf({ event }: Invocation): TriggerRecord[] {
  const { Records } = JSON.parse(event) as { Records: { Ckafka: TriggerRecord }[] };
  return Records.map(({ Ckafka }) => Ckafka);
}

export function partitionOf({ Partition, partition }: TriggerRecord): number | undefined {
  return Partition ?? partition;
}

export function bodiesOf(invocation: Invocation): string[] {
  return recordsOf(invocation).map(({ msgBody }) => msgBody);
}

/** Bodies in the order in which they were handled. */
export function handled(invocations: readonly Invocation[]): string[] {
  return invocations.filter(({ outcome }) => outcome.status === 0).flatMap(bodiesOf);
}
