/** serverless.yml as the rest of the plugin reads it: typed, with all defaults filled in, empty texts taken as not given. */
import type { Topic } from '../../lib/core/messages.ts';
import { CKAFKA_TRIGGER } from '../../lib/core/platform.ts';
import type { Framework, Options } from './framework.ts';
import { type Names, namesOf } from './names.ts';
import type { EventInput, FunctionInput, ProviderInput, SizeInput } from './service-file.ts';

export type Variables = Readonly<Record<string, string>>;

/** A variable that deploy takes from its own environment; an optional one only if it is set there. */
export interface Secret {
  readonly name: string;
  readonly optional: boolean;
}

export type TriggerSettings =
  | { readonly kind: 'timer'; readonly cron: string }
  | {
      readonly kind: 'ckafka';
      readonly topic: Topic;
      readonly batch: number;
      readonly waitS: number;
      readonly retry: number;
      readonly offset: 'earliest' | 'latest';
    };

export interface FunctionSettings {
  readonly key: string;
  readonly name: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutS: number;
  readonly inVpc: boolean;
  readonly publicNet: boolean;
  readonly environment: Variables;
  readonly secrets: readonly Secret[];
  readonly triggers: readonly TriggerSettings[];
  readonly reservedConcurrency: number | undefined;
}

export interface Settings {
  readonly names: Names;
  readonly region: string;
  readonly runtime: string;
  readonly role: string | undefined;
  readonly vpcId: string | undefined;
  readonly subnetId: string | undefined;
  readonly ssm: string | undefined;
  readonly kafka: {
    readonly instanceId: string | undefined;
    readonly partitions: Readonly<Record<Topic, number>>;
    readonly replicas: number;
    readonly retentionMs: number;
    readonly access: { readonly brokers: string; readonly tls: boolean } | undefined;
  };
  readonly mysql: {
    readonly clusterId: string | undefined;
    readonly host: string | undefined;
    readonly port: string;
    readonly user: string;
    readonly database: string;
  };
  readonly logRetentionDays: number;
  readonly codeBucket: string | undefined;
  readonly bundleBytesMax: number;
  readonly provision: boolean;
  readonly zone: string | undefined;
  /** The zone as CKafka numbers it. */
  readonly zoneId: number | undefined;
  readonly functions: readonly FunctionSettings[];
}

const MB = 1_000_000;
const DAY_MS = 86_400_000;
const DEFAULTS = {
  memoryMb: 512,
  timeoutS: 300,
  partitions: { ranges: 8, segments: 32, results: 2 },
  replicas: 2,
  retentionMs: 7 * DAY_MS,
  logRetentionDays: 7,
  bundleMbMax: 4,
} as const;

export function readSettings(framework: Pick<Framework, 'service'>, options: Options): Settings {
  const { service } = framework;
  const provider = service.provider as ProviderInput;
  const stage = asked(options.stage) ?? given(provider.stage) ?? 'dev';
  const functions = Object.entries(service.functions) as unknown as [string, FunctionInput][];
  return {
    names: namesOf(service.service, stage),
    region: asked(options.region) ?? provider.region ?? '',
    runtime: given(provider.runtime) ?? 'Nodejs20.19',
    role: given(provider.role),
    vpcId: given(provider.vpc?.vpcId),
    subnetId: given(provider.vpc?.subnetId),
    ssm: given(provider.ssm),
    kafka: kafkaSettings(provider.kafka ?? {}),
    mysql: mysqlSettings(provider.mysql ?? {}),
    logRetentionDays: provider.logs?.retentionDays ?? DEFAULTS.logRetentionDays,
    codeBucket: given(provider.code?.bucket),
    bundleBytesMax: (provider.code?.bundleMbMax ?? DEFAULTS.bundleMbMax) * MB,
    provision: provider.provision === true || provider.provision === 'true',
    zone: given(provider.zone),
    zoneId: given(provider.zoneId) === undefined ? undefined : Number(provider.zoneId),
    functions: functions.map(([key, fn]) => functionSettings(key, fn, provider)),
  };
}

function kafkaSettings(kafka: NonNullable<ProviderInput['kafka']>): Settings['kafka'] {
  const brokers = given(kafka.access?.brokers);
  return {
    instanceId: given(kafka.instanceId),
    partitions: partitionsOf({ ...DEFAULTS.partitions, ...kafka.partitions }),
    replicas: kafka.replicas ?? DEFAULTS.replicas,
    retentionMs: kafka.retentionMs ?? DEFAULTS.retentionMs,
    access: brokers === undefined ? undefined : { brokers, tls: kafka.access?.tls ?? false },
  };
}

function partitionsOf(given: Readonly<Record<Topic, number | string>>): Settings['kafka']['partitions'] {
  const { ranges, segments, results } = given;
  return { ranges: Number(ranges), segments: Number(segments), results: Number(results) };
}

function mysqlSettings(mysql: NonNullable<ProviderInput['mysql']>): Settings['mysql'] {
  return {
    clusterId: given(mysql.clusterId),
    host: given(mysql.host),
    port: String(mysql.port ?? '3306'),
    user: given(mysql.user) ?? 'root',
    database: given(mysql.database) ?? 'oss2cos',
  };
}

function functionSettings(key: string, fn: FunctionInput, provider: ProviderInput): FunctionSettings {
  return {
    key,
    name: fn.name,
    handler: fn.handler,
    memoryMb: fn.memorySize ?? provider.memorySize ?? DEFAULTS.memoryMb,
    timeoutS: fn.timeout ?? provider.timeout ?? DEFAULTS.timeoutS,
    inVpc: fn.vpc ?? true,
    publicNet: fn.publicNet ?? provider.publicNet ?? true,
    environment: { ...asText(provider.environment), ...asText(fn.environment) },
    secrets: [...new Set([...(provider.secrets ?? []), ...(fn.secrets ?? [])])].map(secretOf),
    // Workers do the copying then: a trigger would be one more member of their group.
    triggers: key === 'copy' && provider.copy === 'workers' ? [] : (fn.events ?? []).map(triggerSettings),
    reservedConcurrency: fn.reservedConcurrency,
  };
}

function triggerSettings(event: EventInput): TriggerSettings {
  if ('timer' in event) return { kind: 'timer', ...event.timer };
  const {
    topic,
    batch = 1,
    waitS = 1,
    retry = CKAFKA_TRIGGER.retryDefault,
    offset = 'earliest',
  } = event.ckafka;
  return { kind: 'ckafka', topic, batch, waitS, retry, offset };
}

function secretOf(text: string): Secret {
  const optional = text.endsWith('?');
  return { name: optional ? text.slice(0, -1) : text, optional };
}

function asText(variables: SizeInput['environment']): Variables {
  return Object.fromEntries(Object.entries(variables ?? {}).map(([name, value]) => [name, String(value)]));
}

function asked(option: Options[string]): string | undefined {
  return typeof option === 'string' ? given(option) : undefined;
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
