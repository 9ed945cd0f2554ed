/** A broker and a database for the benchmark, and what was sent to them. */
import { Kafka, logLevel } from 'kafkajs';
import { type Connection, createConnection } from 'mysql2/promise';
import { topicName } from '../../lib/adapters/kafka/names.ts';
import { TOPICS } from '../../lib/core/messages.ts';
import { startKafka } from '../engines/kafka.ts';
import { startMariadb } from '../engines/mariadb.ts';
import { createTopics } from '../engines/topics.ts';

const PREFIX = 'bench-';

export interface Engines {
  readonly env: Readonly<Record<string, string>>;
  /** So far: messages of each topic, rows of segments, statements of any kind that the server ran, `begin` and `commit` too. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** From the task's start to its last result; the report that tells of the end waits for the reporter's timer. */
  workedSeconds(taskId: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startEngines(copyPartitions: number): Promise<Engines> {
  const [kafka, mariadb] = await Promise.all([startKafka(), startMariadb()]);
  const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await createTopics(
    admin,
    TOPICS.map((topic) => ({
      topic: topicName(PREFIX, topic),
      numPartitions: topic === 'segments' ? copyPartitions : 1,
    })),
  );
  const { host, port, user, password } = mariadb;
  const database = await createConnection({ host, port, user, password });
  return {
    env: {
      OSS2COS_KAFKA_BROKERS: kafka.brokers,
      OSS2COS_KAFKA_PREFIX: PREFIX,
      OSS2COS_MYSQL_HOST: host,
      OSS2COS_MYSQL_PORT: String(port),
      OSS2COS_MYSQL_USER: user,
      OSS2COS_MYSQL_PASSWORD: password,
    },
    counts: async () => {
      const sent = TOPICS.map(async (topic) => {
        const offsets = await admin.fetchTopicOffsets(topicName(PREFIX, topic));
        return [
          `messages of ${topic}`,
          offsets.reduce((sum, { offset }) => sum + Number(offset), 0),
        ] as const;
      });
      const [rows] = await database.query("show global status like 'Questions'");
      const [row] = rows as { Value: string }[];
      return {
        ...Object.fromEntries(await Promise.all(sent)),
        'rows of segments': await segments(database),
        statements: Number(row?.Value),
      };
    },
    workedSeconds: async (taskId) => {
      const [rows] = await database.query(
        `select (select max(moved_at_ms) from oss2cos.oss2cos_segments where task_id = t.task_id) - started_at_ms as ms
          from oss2cos.oss2cos_tasks t where task_id = ?`,
        [taskId],
      );
      return Number((rows as { ms: number }[])[0]?.ms) / 1000;
    },
    stop: async () => {
      await admin.disconnect();
      await database.end();
      await Promise.all([kafka.stop(), mariadb.stop()]);
    },
  };
}

/** None before the first worker has made the tables. */
async function segments(database: Connection): Promise<number> {
  const [tables] = await database.query(
    "select 1 from information_schema.tables where table_schema = 'oss2cos' and table_name = 'oss2cos_segments'",
  );
  if ((tables as unknown[]).length === 0) return 0;
  const [rows] = await database.query('select count(*) as n from oss2cos.oss2cos_segments');
  return Number((rows as { n: number }[])[0]?.n);
}
