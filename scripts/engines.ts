/** Starts a Kafka broker and a MariaDB server on this machine for people who try things, says how to reach them, and stops at Ctrl-C. */
import { Kafka, logLevel } from 'kafkajs';
import { topicName } from '../lib/adapters/kafka/names.ts';
import { TOPICS } from '../lib/core/messages.ts';
import { startKafka } from './engines/kafka.ts';
import { startMariadb } from './engines/mariadb.ts';
import { createTopics } from './engines/topics.ts';

const PREFIX = 'oss2cos-';
const PARTITIONS = { ranges: 2, segments: 8, results: 2 } as const;

async function makeTopics(brokers: string): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await createTopics(
    admin,
    TOPICS.map((topic) => ({
      topic: topicName(PREFIX, topic),
      numPartitions: PARTITIONS[topic],
    })),
  );
  await admin.disconnect();
}

const [kafka, mariadb] = await Promise.all([startKafka(), startMariadb()]);
await makeTopics(kafka.brokers);
process.stdout.write(`export OSS2COS_KAFKA_BROKERS=${kafka.brokers} OSS2COS_KAFKA_PREFIX=${PREFIX}
export OSS2COS_MYSQL_HOST=${mariadb.host} OSS2COS_MYSQL_PORT=${String(mariadb.port)}
export OSS2COS_MYSQL_USER=${mariadb.user} OSS2COS_MYSQL_PASSWORD=${mariadb.password}

oss2cos worker --roles planner,copy,reporter      takes part
oss2cos start task.json                           hands it a task

Ctrl-C stops, and removes what they stored.
`);
process.once('SIGINT', () => {
  void Promise.all([kafka.stop(), mariadb.stop()]).then(() => process.stdout.write('stopped\n'));
});
