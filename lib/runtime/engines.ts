/** The engines beyond one machine, as the environment names them: Kafka for the queue, MySQL for the table. */
import type { KafkaOptions } from '../adapters/kafka/queue.ts';
import type { MysqlOptions } from '../adapters/mysql/table.ts';
import type { Settings } from './settings.ts';

type KafkaSettings = Pick<KafkaOptions, 'brokers' | 'tls' | 'sasl' | 'prefix'>;
type MysqlSettings = Pick<MysqlOptions, 'host' | 'port' | 'user' | 'password' | 'database' | 'tls'>;

const MYSQL_PORT = 3_306;

export function kafkaSettings(settings: Settings): KafkaSettings {
  const brokers = settings.need('OSS2COS_KAFKA_BROKERS', 'host:port, several with commas between');
  return {
    brokers: brokers.split(',').map((broker) => brokerOf(settings, broker.trim())),
    prefix: settings.get('OSS2COS_KAFKA_PREFIX') ?? 'oss2cos-',
    tls: tlsOf(settings, 'OSS2COS_KAFKA'),
    sasl: saslOf(settings),
  };
}

function brokerOf(settings: Settings, broker: string): string {
  if (broker !== '' && !/^.+:\d{1,5}$/.test(broker))
    settings.wrong(`OSS2COS_KAFKA_BROKERS: ${broker} has no port; write host:port`);
  return broker;
}

/** SASL/PLAIN, where a user is named. */
function saslOf(settings: Settings): KafkaSettings['sasl'] {
  const username = settings.get('OSS2COS_KAFKA_USERNAME');
  if (username === undefined) return undefined;
  return {
    username,
    password: settings.need('OSS2COS_KAFKA_PASSWORD', 'as OSS2COS_KAFKA_USERNAME is set'),
  };
}

export function mysqlSettings(settings: Settings): MysqlSettings {
  return {
    host: settings.need('OSS2COS_MYSQL_HOST'),
    port: settings.wholeNumber('OSS2COS_MYSQL_PORT', MYSQL_PORT, { from: 1, to: 65_535 }),
    user: settings.need('OSS2COS_MYSQL_USER'),
    password: settings.need('OSS2COS_MYSQL_PASSWORD'),
    database: settings.get('OSS2COS_MYSQL_DATABASE') ?? 'oss2cos',
    tls: tlsOf(settings, 'OSS2COS_MYSQL'),
  };
}

/** `…_TLS=true`; `…_CA` holds the PEM of an authority beside the system's own. */
function tlsOf(settings: Settings, prefix: 'OSS2COS_KAFKA' | 'OSS2COS_MYSQL') {
  return settings.flag(`${prefix}_TLS`) ? { ca: settings.get(`${prefix}_CA`) } : undefined;
}
