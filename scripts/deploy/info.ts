/** `serverless info`: what is deployed, and where it is reached. */
import { TOPICS } from '../../lib/core/messages.ts';
import type { Cloud } from './cloud.ts';
import { check, type Context } from './context.ts';
import { findFunction, type FoundFunction } from './found-function.ts';
import { findLogs } from './found-logs.ts';
import { findTopics } from './found-topics.ts';
import { missingCredentials } from './missing.ts';
import { findPlaces } from './places.ts';

export async function showInfo(context: Context): Promise<void> {
  const { settings, env, say, cloud } = context;
  check('Before anything can be shown, give:', missingCredentials(settings, env));
  const { names, region, functions } = settings;
  say.answer(`stack:     ${names.stack} in ${region}`);
  for (const { key, name } of functions)
    say.answer(functionLine(key, await findFunction(cloud, names, name)));
  for (const line of await topicLines(context)) say.answer(line);
  const { logset, topic } = await findLogs(cloud, names);
  say.answer(
    `logs:      ${topic === undefined ? 'none' : `${names.stack}, kept ${topic.retentionDays} days${logset?.isOurs === true ? '' : ', not ours'}`}`,
  );
  for (const line of await addressLines(context)) say.answer(line);
}

function functionLine(key: string, fn: FoundFunction | undefined): string {
  if (fn === undefined) return `function:  ${key}: not deployed`;
  const { name, isOurs, status, memoryMb, timeoutS, reservedMb, triggers } = fn;
  if (!isOurs) return `function:  ${key}: ${name} exists, but was not made by this deployment`;
  const cap = reservedMb === undefined ? '' : `, at most ${Math.floor(reservedMb / memoryMb)} instances`;
  const names = triggers.map(
    (trigger) => `${trigger.type} ${trigger.name}${trigger.isEnabled ? '' : ' (off)'}`,
  );
  return `function:  ${key}: ${name}, ${status}, ${memoryMb} MB, ${timeoutS} s${cap}; triggers: ${names.join(', ') || 'none'}`;
}

const READERS = { ranges: 'planner', segments: 'copy', results: 'reporter' } as const;

async function topicLines({ settings, cloud }: Context): Promise<string[]> {
  const { kafka, names } = settings;
  const id = kafka.instanceId;
  if (id === undefined) return ['topics:    unknown; give --param="ckafka=ckafka-…"'];
  const found = await findTopics(cloud, names, id);
  return Promise.all(
    TOPICS.map(async (topic) => {
      const is = found.find((each) => each.name === names.prefix + topic);
      if (is === undefined) return `topic:     ${topic}: not there`;
      const lag = await lagOf(cloud, id, is.name, names.prefix + READERS[topic]);
      return `topic:     ${topic}: ${is.name}, ${is.partitions} partitions, ${is.replicas} replicas${lag}${is.isOurs ? '' : ', adopted'}`;
    }),
  );
}

/** A group that never read has no offsets, and an instance may not tell them: then nothing is said. */
async function lagOf(cloud: Cloud, InstanceId: string, topic: string, Group: string): Promise<string> {
  try {
    const { Result: groups } = await cloud.call('ckafka', 'DescribeGroupOffsets', {
      InstanceId,
      Group,
      Topics: [topic],
    });
    const partitions = (groups?.TopicList ?? []).flatMap((each) => each.Partitions ?? []);
    return partitions.length === 0
      ? ''
      : `, ${partitions.reduce((sum, { Lag: lag = 0 }) => sum + lag, 0)} waiting`;
  } catch {
    return '';
  }
}

async function addressLines({ settings, cloud }: Context): Promise<string[]> {
  const { kafka, mysql } = settings;
  if (kafka.instanceId === undefined || (mysql.clusterId ?? mysql.host) === undefined) return [];
  const places = await findPlaces(cloud, settings);
  return [
    `kafka:     ${places.brokers}`,
    `mysql:     ${places.mysqlHost}:${places.mysqlPort}, database ${mysql.database}`,
  ];
}
