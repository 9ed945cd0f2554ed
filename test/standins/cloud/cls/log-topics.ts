/** CLS's log topics and their indexes. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_client.js';
import type {
  CreateTopicRequest,
  DescribeTopicsRequest,
  TopicInfo,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_models.js';
import type { Actions } from '../actions.ts';
import { chinaTime } from '../ids.ts';
import { page } from '../paging.ts';
import { check, found } from '../refusal.ts';
import type { World } from '../world.ts';
import { checkTags, passesAll } from './filters.ts';
import { checkIndex } from './log-index.ts';
import type { LogTopic } from './model.ts';

export function logTopicActions(world: World): Actions<Client> {
  return {
    CreateTopic(params) {
      const topic = newTopic(params, world);
      world.logTopics.set(topic.id, topic);
      return { TopicId: topic.id };
    },
    DescribeTopics(params) {
      const all = [...world.logTopics.values()].filter((each) => passes(each, params, world));
      const Topics = page(all, params, { limitDefault: 20, limitMax: 100 }).map(answerOf);
      return { Topics, TotalCount: all.length };
    },
    ModifyTopic(params) {
      const topic = topicOf(params.TopicId, world);
      const { Period: periodDays = topic.periodDays, Describes: describes = topic.describes } = params;
      const { Tags: tags = topic.tags, TopicName: name = topic.name } = params;
      checkPeriod(periodDays, topic.storage);
      checkTags(tags);
      checkName(name, topic, world);
      world.logTopics.set(topic.id, { ...topic, name, periodDays, describes, tags });
      return {};
    },
    DeleteTopic({ TopicId: id }) {
      topicOf(id, world);
      world.logTopics.delete(id);
      return {};
    },
    CreateIndex({ TopicId: id, Rule: rule }) {
      const topic = topicOf(id, world);
      check(topic.index === undefined, 'InvalidParameter.IndexConflict', 'The topic has an index already.');
      checkIndex(rule);
      topic.index = rule;
      return {};
    },
    DescribeIndex({ TopicId: id }) {
      const { index } = topicOf(id, world);
      const Rule = found(index, 'ResourceNotFound.IndexNotExist', 'The topic has no index.');
      return { TopicId: id, Status: true, Rule };
    },
  };
}

/** @throws Refusal */
export function topicOf(id: string, world: World): LogTopic {
  return found(world.logTopics.get(id), 'ResourceNotFound.TopicNotExist', `There is no topic \`${id}\`.`);
}

const STORAGES = ['hot', 'cold'];

function newTopic(params: CreateTopicRequest, world: World): LogTopic {
  const { LogsetId: logsetId, TopicName: name, Tags: tags = [], Period: periodDays = 30 } = params;
  const { StorageType: storage = 'hot', TopicId: id = randomUUID(), Describes: describes = '' } = params;
  check(
    world.logsets.has(logsetId),
    'ResourceNotFound.LogsetNotExist',
    `There is no logset \`${logsetId}\`.`,
  );
  check(!world.logTopics.has(id), 'InvalidParameter.TopicConflict', `There is a topic \`${id}\` already.`);
  checkName(name, { id, logsetId }, world);
  checkTags(tags);
  check(STORAGES.includes(storage), 'InvalidParameter', '`StorageType` is hot or cold.');
  checkPeriod(periodDays, storage);
  const rest = { periodDays, describes, storage, createdMs: world.now(), index: undefined };
  return { id, logsetId, name, tags, ...rest };
}

interface TopicPlace {
  readonly id: string;
  readonly logsetId: string;
}

function checkName(name: string, { id, logsetId }: TopicPlace, world: World): void {
  check(name !== '' && !name.includes('|'), 'InvalidParameter', 'A name is not empty and has no |.');
  const others = [...world.logTopics.values()].filter((each) => each.id !== id);
  check(
    !others.some((each) => each.logsetId === logsetId && each.name === name),
    'InvalidParameter.TopicConflict',
    `The logset has a topic \`${name}\` already.`,
  );
}

function checkPeriod(periodDays: number, storage: string): void {
  const shortestDays = storage === 'hot' ? 1 : 7;
  check(
    Number.isInteger(periodDays) &&
      ((periodDays >= shortestDays && periodDays <= 3_600) || periodDays === 3_640),
    'FailedOperation.InvalidPeriod',
    `\`Period\` is ${shortestDays} to 3600 days, or 3640.`,
  );
}

/** `PreciseSearch`: 1 for the topic's name, 2 for the logset's, 3 for both. */
function passes(topic: LogTopic, params: DescribeTopicsRequest, world: World): boolean {
  const precise = params.PreciseSearch ?? 0;
  const logsetName = world.logsets.get(topic.logsetId)?.name ?? '';
  const named = (name: string, exact: boolean) => (value: string) =>
    exact ? name === value : name.includes(value);
  const fits = new Map([
    ['topicName', named(topic.name, precise === 1 || precise === 3)],
    ['logsetName', named(logsetName, precise === 2 || precise === 3)],
    ['topicId', (value: string) => topic.id === value],
    ['logsetId', (value: string) => topic.logsetId === value],
    ['storageType', (value: string) => topic.storage === value],
  ]);
  return passesAll(topic, params.Filters ?? [], fits);
}

function answerOf(topic: LogTopic): TopicInfo {
  return {
    LogsetId: topic.logsetId,
    TopicId: topic.id,
    TopicName: topic.name,
    PartitionCount: 1,
    Index: topic.index !== undefined,
    CreateTime: chinaTime(topic.createdMs),
    Status: true,
    Tags: [...topic.tags],
    AutoSplit: true,
    MaxSplitPartitions: 50,
    StorageType: topic.storage,
    Period: topic.periodDays,
    Describes: topic.describes,
    HotPeriod: 0,
    BizType: 0,
  };
}
