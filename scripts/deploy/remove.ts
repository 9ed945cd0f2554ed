/** `serverless remove`: takes away what bears our mark, and tells what it leaves and why. */
import { type Cloud, orUndefined } from './cloud.ts';
import { check, type Context } from './context.ts';
import { findLogs, isTagged } from './found-logs.ts';
import { findTopics } from './found-topics.ts';
import { missingCredentials } from './missing.ts';
import { unprovision } from './unprovision.ts';
import { findProvisioned } from './provisioned.ts';
import { settled } from './settled.ts';

const PAGE = 100;

export async function remove(context: Context): Promise<void> {
  const { settings, env, say } = context;
  check('Before anything can be removed, give:', missingCredentials(settings, env));
  const removed = [await removeFunctions(context), await removeTopics(context), await removeLogs(context)];
  const provisioned = await unprovision(context);
  if (!removed.includes(true) && !provisioned) say.line(`${settings.names.stack}: nothing to remove`);
  say.line('left alone: the state objects and reports of tasks in COS; they belong to the tasks');
}

/** Functions first, with their triggers: nothing may run on while its topics go. */
async function removeFunctions({ cloud, settings, say }: Context): Promise<boolean> {
  const names = await ourFunctions(cloud, settings.names.stack);
  for (const FunctionName of names) {
    say.step(`removing ${FunctionName}`);
    await settled(cloud, FunctionName, 'idle');
    await orUndefined('ResourceNotFound', cloud.call('scf', 'DeleteFunction', { FunctionName }));
    await settled(cloud, FunctionName, 'gone');
    say.line(`removed function ${FunctionName} and its triggers`);
  }
  return names.length > 0;
}

async function ourFunctions(cloud: Cloud, stack: string): Promise<string[]> {
  const found: string[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { Functions: page = [] } = await cloud.call('scf', 'ListFunctions', {
      Offset: offset,
      Limit: PAGE,
    });
    for (const fn of page) if (isTagged(fn.Tags, stack)) found.push(fn.FunctionName ?? '');
    if (page.length < PAGE) return found.sort();
  }
}

async function removeTopics({ cloud, settings, say }: Context): Promise<boolean> {
  const { kafka, names } = settings;
  const provisioned = settings.provision ? await findProvisioned(cloud, names.stack) : undefined;
  const instanceId = kafka.instanceId ?? provisioned?.instanceId;
  if (instanceId === undefined) {
    say.line(
      'left alone: topics, if there are any; give --param="ckafka=ckafka-…" to remove those that deploy made',
    );
    return false;
  }
  const topics = await orUndefined('ResourceNotFound', findTopics(cloud, names, instanceId));
  for (const topic of topics ?? []) {
    if (!topic.isOurs) {
      say.line(`left alone: topic ${topic.name}; it was not made by this deployment`);
      continue;
    }
    const request = { InstanceId: instanceId, TopicName: topic.name };
    await orUndefined('ResourceNotFound', cloud.call('ckafka', 'DeleteTopic', request));
    say.line(`removed topic ${topic.name}`);
  }
  return (topics ?? []).some((topic) => topic.isOurs);
}

async function removeLogs({ cloud, settings, say }: Context): Promise<boolean> {
  const { logset, topic } = await findLogs(cloud, settings.names);
  const name = settings.names.stack;
  if (topic?.isOurs === true) {
    await cloud.call('cls', 'DeleteTopic', { TopicId: topic.id });
    say.line(`removed log topic ${name} with its logs`);
  } else if (topic !== undefined)
    say.line(`left alone: log topic ${name}; it was not made by this deployment`);
  if (logset === undefined) return topic?.isOurs === true;
  const others = logset.topicCount - (topic?.isOurs === true ? 1 : 0);
  if (!logset.isOurs) say.line(`left alone: logset ${name}; it was not made by this deployment`);
  else if (others > 0) say.line(`left alone: logset ${name}; it holds ${others} other log topics`);
  else {
    await cloud.call('cls', 'DeleteLogset', { LogsetId: logset.id });
    say.line(`removed logset ${name}`);
    return true;
  }
  return topic?.isOurs === true;
}
