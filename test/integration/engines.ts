/** One Kafka broker and one MariaDB server for all integration tests; each test takes topics and databases of its own. */
import type { TestProject } from 'vitest/node';
import { type RunningKafka, startKafka } from '../../scripts/engines/kafka.ts';
import { type RunningMariadb, startMariadb } from '../../scripts/engines/mariadb.ts';

declare module 'vitest' {
  interface ProvidedContext {
    kafka: Pick<RunningKafka, 'brokers' | 'secured' | 'sasl'>;
    mariadb: Pick<RunningMariadb, 'host' | 'port' | 'user' | 'password'>;
  }
}

export default async function startEngines(project: TestProject): Promise<() => Promise<void>> {
  const [kafka, mariadb] = await Promise.all([startKafka(), startMariadb()]);
  const { brokers, secured, sasl } = kafka;
  project.provide('kafka', { brokers, secured, sasl });
  const { host, port, user, password } = mariadb;
  project.provide('mariadb', { host, port, user, password });
  return async () => {
    await Promise.all([kafka.stop(), mariadb.stop()]);
  };
}
