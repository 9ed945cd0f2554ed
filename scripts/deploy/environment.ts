/** The variables of a function: what serverless.yml says, what follows from the stack, and the secrets. */
import { UserError } from '../../lib/core/errors.ts';
import { SCF } from '../../lib/core/platform.ts';
import { usesAccess, usesDatabase } from './missing.ts';
import type { FunctionSettings, Settings, Variables } from './settings.ts';

export type Environment = Variables;

/** Where Kafka and MySQL are, seen from inside the VPC. */
export interface Addresses {
  readonly brokers: string;
  readonly mysqlHost: string;
  readonly mysqlPort: string;
}

export function environmentOf(
  fn: FunctionSettings,
  settings: Settings,
  addresses: Addresses,
  secrets: Variables,
): Environment {
  const all = {
    ...kafkaVariables(fn, settings, addresses),
    ...(usesDatabase(fn) ? mysqlVariables(settings, addresses) : {}),
    ...partitionVariables(fn, settings),
    ...(settings.ssm === undefined ? {} : { OSS2COS_SSM_SECRET: settings.ssm }),
    ...fn.environment,
    ...secrets,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')); // SCF takes no empty one
}

/** A task's limits are divided over the partitions, of which each feeds one invocation at a time. */
function partitionVariables({ key }: FunctionSettings, { kafka }: Settings): Variables {
  const { ranges, segments } = kafka.partitions;
  if (key === 'planner') return { OSS2COS_PLANNER_PARTITIONS: String(ranges) };
  return key === 'copy' ? { OSS2COS_COPY_PARTITIONS: String(segments) } : {};
}

function kafkaVariables(fn: FunctionSettings, settings: Settings, { brokers }: Addresses): Variables {
  const { kafka, names } = settings;
  const own = { OSS2COS_KAFKA_PREFIX: names.prefix };
  if (!usesAccess(fn, settings) || kafka.access === undefined)
    return { OSS2COS_KAFKA_BROKERS: brokers, ...own };
  const tls = kafka.access.tls ? { OSS2COS_KAFKA_TLS: 'true' } : {};
  return { OSS2COS_KAFKA_BROKERS: kafka.access.brokers, ...own, ...tls };
}

function mysqlVariables({ mysql }: Settings, { mysqlHost, mysqlPort }: Addresses): Variables {
  return {
    OSS2COS_MYSQL_HOST: mysqlHost,
    OSS2COS_MYSQL_PORT: mysqlPort,
    OSS2COS_MYSQL_USER: mysql.user,
    OSS2COS_MYSQL_DATABASE: mysql.database,
  };
}

/** Throws `UserError` naming each function whose variables are too many for SCF, with the largest of them. */
export function checkSizes(environments: Readonly<Record<string, Environment>>): void {
  const mistakes = Object.entries(environments).flatMap(([key, environment]) => {
    const sizes = Object.entries(environment)
      .map(([name, value]) => ({ name, bytes: Buffer.byteLength(name) + Buffer.byteLength(value) }))
      .sort((a, b) => b.bytes - a.bytes);
    const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
    if (bytes <= SCF.environmentBytesMax) return [];
    const largest = sizes.slice(0, 3).map((size) => `${size.name} ${size.bytes}`);
    return [
      `functions.${key}: ${bytes} of ${SCF.environmentBytesMax} bytes; the largest: ${largest.join(', ')}`,
    ];
  });
  if (mistakes.length > 0)
    throw new UserError('The environment of a function is too large for SCF:', mistakes);
}
