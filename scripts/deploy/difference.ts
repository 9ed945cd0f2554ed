/** From what should be and what is: the changes that lead there, or the reasons why deploy must not touch it. Pure. */
import type { Change } from './change.ts';
import { functionChanges, functionRefusals } from './function-difference.ts';
import type { FoundStack } from './found.ts';
import type { FoundTopic } from './found-topics.ts';
import type { DesiredStack, DesiredTopic } from './stack.ts';

export interface Difference {
  readonly refusals: readonly string[];
  readonly changes: readonly Change[];
  /** Used although not ours: neither altered nor removed. */
  readonly adopted: readonly string[];
}

export function difference(desired: DesiredStack, found: FoundStack): Difference {
  const topics = desired.topics.map((topic) => ({
    topic,
    is: found.topics.find(({ name }) => name === topic.name),
  }));
  const functions = desired.functions.map((fn) => ({
    fn,
    is: found.functions.find(({ name }) => name === fn.name),
  }));
  return {
    refusals: [
      ...topics.flatMap(({ topic, is }) => topicRefusals(topic, is)),
      ...functions.flatMap(({ fn, is }) => functionRefusals(fn, is)),
    ],
    changes: [
      ...logChanges(desired, found),
      ...topics.flatMap(({ topic, is }) => [...topicChanges(topic, is)]),
      ...functions.flatMap(({ fn, is }) => [...functionChanges(fn, is, found.logs.topic?.id)]),
    ],
    adopted: [
      ...(found.logs.logset?.isOurs === false ? [`logset ${desired.names.stack}`] : []),
      ...(found.logs.topic?.isOurs === false ? [`log topic ${desired.names.stack}`] : []),
      ...topics.flatMap(({ topic, is }) => (is?.isOurs === false ? [`topic ${topic.name}`] : [])),
    ],
  };
}

function* logChanges({ names, logRetentionDays }: DesiredStack, { logs }: FoundStack): Generator<Change> {
  const name = names.stack;
  if (logs.logset === undefined) yield { kind: 'create logset', name };
  if (logs.topic === undefined) yield { kind: 'create log topic', name, retentionDays: logRetentionDays };
  if (logs.topic?.isIndexed !== true) yield { kind: 'index log topic', name };
  if (logs.topic?.isOurs === true && logs.topic.retentionDays !== logRetentionDays)
    yield { kind: 'keep logs', name, from: logs.topic.retentionDays, to: logRetentionDays };
}

function topicRefusals(topic: DesiredTopic, is: FoundTopic | undefined): string[] {
  if (is === undefined) return [];
  const { name, partitions, replicas, retentionMs } = topic;
  if (is.isOurs)
    return is.partitions > partitions
      ? [`topic ${name}: ${is.partitions} partitions cannot become ${partitions}; Kafka only adds partitions`]
      : [];
  const wrong = [
    ...(is.partitions === partitions ? [] : [`${is.partitions} partitions instead of ${partitions}`]),
    ...(is.replicas === replicas ? [] : [`${is.replicas} replicas instead of ${replicas}`]),
    ...(is.retentionMs < retentionMs
      ? [`keeps messages ${is.retentionMs} ms instead of ${retentionMs}`]
      : []),
  ];
  if (wrong.length === 0) return [];
  return [
    `topic ${name} exists, was not made by this deployment, and differs: ${wrong.join(', ')}; change it by hand, or serverless.yml`,
  ];
}

function* topicChanges(topic: DesiredTopic, is: FoundTopic | undefined): Generator<Change> {
  const { name, partitions, retentionMs } = topic;
  if (is === undefined) yield { kind: 'create topic', topic };
  if (is?.isOurs !== true) return;
  if (is.partitions < partitions) yield { kind: 'grow topic', name, from: is.partitions, to: partitions };
  if (is.retentionMs !== retentionMs)
    yield { kind: 'keep messages', name, from: is.retentionMs, to: retentionMs };
}
