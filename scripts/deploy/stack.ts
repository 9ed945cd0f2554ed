/** What should exist in the cloud, as a value: follows from the settings, the places that were found, and the code. */
import { TOPICS } from '../../lib/core/messages.ts';
import type { Environment } from './environment.ts';
import type { Names } from './names.ts';
import type { FunctionSettings, Settings, TriggerSettings } from './settings.ts';

export interface DesiredTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly retentionMs: number;
}

/** As SCF wants it: `desc` is the object whose JSON is TriggerDesc, or the cron text. */
export interface DesiredTrigger {
  readonly type: 'timer' | 'ckafka';
  readonly name: string;
  readonly desc: string;
}

export interface DesiredFunction {
  readonly key: string;
  readonly name: string;
  readonly runtime: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutS: number;
  readonly role: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly publicNet: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly triggers: readonly DesiredTrigger[];
  /** In MB, as SCF counts it. */
  readonly reservedMb: number | undefined;
}

export interface DesiredStack {
  readonly names: Names;
  readonly logRetentionDays: number;
  readonly topics: readonly DesiredTopic[];
  readonly functions: readonly DesiredFunction[];
}

export interface StackParts {
  readonly instanceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  /** Of each function, by key. */
  readonly environments: Readonly<Record<string, Environment>>;
  readonly codeHashes: Readonly<Record<string, string>>;
}

export function desiredStack(settings: Settings, parts: StackParts): DesiredStack {
  const { names, kafka, logRetentionDays } = settings;
  const { replicas, retentionMs, partitions } = kafka;
  const topics = TOPICS.map((topic) => ({
    name: names.prefix + topic,
    partitions: partitions[topic],
    replicas,
    retentionMs,
  }));
  const functions = settings.functions.map((fn) => desiredFunction(fn, settings, parts));
  return { names, logRetentionDays, topics, functions };
}

function desiredFunction(fn: FunctionSettings, settings: Settings, parts: StackParts): DesiredFunction {
  return {
    key: fn.key,
    name: fn.name,
    runtime: settings.runtime,
    description: describeCode(fn.key, parts.codeHashes[fn.key] ?? ''),
    memoryMb: fn.memoryMb,
    timeoutS: fn.timeoutS,
    role: settings.role ?? '',
    vpcId: fn.inVpc ? parts.vpcId : '',
    subnetId: fn.inVpc ? parts.subnetId : '',
    publicNet: fn.publicNet,
    environment: parts.environments[fn.key] ?? {},
    triggers: fn.triggers.map((trigger) => desiredTrigger(trigger, fn.key, settings.names, parts.instanceId)),
    reservedMb: fn.reservedConcurrency === undefined ? undefined : fn.reservedConcurrency * fn.memoryMb,
  };
}

/** SCF takes letters, digits, spaces, commas and full stops, and tells no hash of the code: so it stands here. */
function describeCode(key: string, hash: string): string {
  return `oss2cos ${key}, code ${hash}`;
}

export function codeHashIn(description: string): string | undefined {
  return /, code ([0-9a-f]+)$/.exec(description)?.[1];
}

function desiredTrigger(
  trigger: TriggerSettings,
  key: string,
  { prefix }: Names,
  instanceId: string,
): DesiredTrigger {
  if (trigger.kind === 'timer') return { type: 'timer', name: `${prefix}${key}`, desc: trigger.cron };
  const { topic, batch, waitS, retry, offset } = trigger;
  const desc = { maxMsgNum: batch, offset, retry, timeOut: waitS, consumerGroupName: prefix + key };
  return { type: 'ckafka', name: `${instanceId}-${prefix}${topic}`, desc: JSON.stringify(desc) };
}
