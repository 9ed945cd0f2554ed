/** Topics and a database of one test's own on the shared engines, and the environment that reaches them. */
import { Kafka, logLevel } from 'kafkajs';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { topicName } from '../../lib/adapters/kafka/names.ts';
import { type Topic, TOPICS } from '../../lib/core/messages.ts';
import { systemDice } from '../../lib/runtime/clock.ts';
import { createTopics } from '../../scripts/engines/topics.ts';

export interface Tenant {
  readonly prefix: string;
  readonly database: string;
  readonly env: Readonly<Record<string, string>>;
  /** Messages ever sent to a topic. */
  sent(topic: Topic): Promise<number>;
  close(): Promise<void>;
}

export async function openTenant(
  partitions: Readonly<Record<Topic, number>> = { ranges: 2, segments: 4, results: 2 },
): Promise<Tenant> {
  const unique = systemDice.unique();
  const prefix = `t-${unique}-`;
  const database = `t_${unique}`;
  const kafka = inject('kafka');
  const mariadb = inject('mariadb');
  const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await createTopics(
    admin,
    TOPICS.map((topic) => ({
      topic: topicName(prefix, topic),
      numPartitions: partitions[topic],
    })),
  );
  return {
    prefix,
    database,
    env: {
      OSS2COS_KAFKA_BROKERS: kafka.brokers,
      OSS2COS_KAFKA_PREFIX: prefix,
      OSS2COS_MYSQL_HOST: mariadb.host,
      OSS2COS_MYSQL_PORT: String(mariadb.port),
      OSS2COS_MYSQL_USER: mariadb.user,
      OSS2COS_MYSQL_PASSWORD: mariadb.password,
      OSS2COS_MYSQL_DATABASE: database,
    },
    sent: async (topic) => {
      const offsets = await admin.fetchTopicOffsets(topicName(prefix, topic));
      return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
    },
    close: async () => {
      await admin.deleteTopics({ topics: TOPICS.map((topic) => topicName(prefix, topic)) });
      await admin.disconnect();
      const connection = await createConnection({ ...mariadb });
      await connection.query(`drop database if exists ${database}`);
      await connection.end();
    },
  };
}
