/** The real broker behind the CKafka instances, as the control plane needs it. */
import kafkajs from 'kafkajs';
import { createTopics } from '../../../../scripts/engines/topics.ts';

// Not all of its exports can be imported by name.
const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;

export interface BrokerTopic {
  readonly name: string;
  readonly partitions: number;
  /** For example `retention.ms`. */
  readonly config: Readonly<Record<string, string>>;
}

export interface BrokerAdmin {
  /** The broker here is one: topics have one replica there whatever the API says. A topic that exists stays as it is. */
  createTopic(topic: BrokerTopic): Promise<void>;
  setPartitions(name: string, partitions: number): Promise<void>;
  setConfig(name: string, config: Readonly<Record<string, string>>): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  /** Of the partitions that the group has ever committed. */
  groupOffsets(group: string, topic: string): Promise<readonly GroupOffset[]>;
  close(): Promise<void>;
}

export interface GroupOffset {
  readonly partition: number;
  readonly committed: number;
  /** Where the next message will be. */
  readonly end: number;
}

/** Topics that exist in the API alone. */
export const noBroker: BrokerAdmin = {
  createTopic: () => Promise.resolve(),
  setPartitions: () => Promise.resolve(),
  setConfig: () => Promise.resolve(),
  deleteTopic: () => Promise.resolve(),
  groupOffsets: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

/** @param brokers `host:port,…` */
export function kafkaAdmin(brokers: string): BrokerAdmin {
  const kafka = new Kafka({
    clientId: 'cloud-stand-in',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  let connecting: Promise<void> | undefined;
  const connected = () =>
    (connecting ??= admin.connect().catch((error: unknown) => {
      connecting = undefined;
      throw error;
    }));
  const entries = (config: Readonly<Record<string, string>>) =>
    Object.entries(config).map(([name, value]) => ({ name, value }));
  return {
    async createTopic({ name, partitions, config }) {
      await connected();
      const topic = { topic: name, numPartitions: partitions, configEntries: entries(config) };
      await createTopics(admin, [topic]);
    },
    async setPartitions(name, partitions) {
      await connected();
      await admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] });
    },
    async setConfig(name, config) {
      await connected();
      const resource = { type: ConfigResourceTypes.TOPIC, name, configEntries: entries(config) };
      await admin.alterConfigs({ validateOnly: false, resources: [resource] });
    },
    async deleteTopic(name) {
      await connected();
      await admin.deleteTopics({ topics: [name] });
    },
    async groupOffsets(group, topic) {
      await connected();
      const [fetched] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const ends = await admin.fetchTopicOffsets(topic);
      return (fetched?.partitions ?? []).flatMap(({ partition, offset }) => {
        const end = ends.find((each) => each.partition === partition)?.offset;
        return Number(offset) < 0
          ? []
          : [{ partition, committed: Number(offset), end: Number(end ?? offset) }];
      });
    },
    async close() {
      if (connecting) await admin.disconnect();
    },
  };
}
