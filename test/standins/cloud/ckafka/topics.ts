/** CKafka's topics: made in the API and on the real broker alike. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_client.js';
import type {
  CreateTopicRequest,
  ModifyTopicAttributesRequest,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_models.js';
import type { Actions } from '../actions.ts';
import { newId } from '../ids.ts';
import { page } from '../paging.ts';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';
import { OPERATED, partitionsOf, topicAttributesOf, topicDetailOf } from './answers.ts';
import { instanceOf, runningInstance, topicOf } from './lookup.ts';
import {
  brokerConfig,
  type CkafkaInstance,
  type CkafkaTopic,
  TOPIC_DEFAULTS,
  type TopicConfig,
} from './model.ts';

const PARTITIONS_MAX = 3_000;

export function topicActions(world: World): Actions<Client> {
  return {
    DescribeTopic(params) {
      const all = searched(instanceOf(params.InstanceId, world), params.SearchWord);
      const TopicList = page(all, params, { limitDefault: 20, limitMax: 50 }).map(
        ({ id: TopicId, name: TopicName, note: Note }) => ({ TopicId, TopicName, Note }),
      );
      return { Result: { TopicList, TotalCount: all.length } };
    },
    DescribeTopicDetail(params) {
      const all = searched(instanceOf(params.InstanceId, world), params.SearchWord);
      const TopicList = page(all, params, { limitDefault: 20, limitMax: 1_000 }).map(topicDetailOf);
      return { Result: { TopicList, TotalCount: all.length } };
    },
    DescribeTopicAttributes({ InstanceId: id, TopicName: name }) {
      return { Result: topicAttributesOf(topicOf(instanceOf(id, world), name)) };
    },
    async CreateTopic(params) {
      const instance = runningInstance(params.InstanceId, world);
      const topic = newTopic(params, instance, world.now());
      const { name, partitions, config } = topic;
      await world.broker.createTopic({ name, partitions, config: brokerConfig(config) });
      instance.topics.set(name, topic);
      return { Result: { TopicId: topic.id } };
    },
    async ModifyTopicAttributes(params) {
      const instance = runningInstance(params.InstanceId, world);
      const topic = topicOf(instance, params.TopicName);
      const config = configured(topic.config, params);
      const { Note: note = topic.note, ReplicaNum: replicas = topic.replicas } = params;
      checkNote(note);
      checkReplicas(replicas, instance);
      await world.broker.setConfig(topic.name, brokerConfig(config));
      Object.assign(topic, { config, note, replicas });
      return { Result: OPERATED };
    },
    async CreatePartition({ InstanceId: id, TopicName: name, PartitionNum: partitions }) {
      const instance = runningInstance(id, world);
      const topic = topicOf(instance, name);
      check(
        partitions > topic.partitions,
        'InvalidParameterValue',
        `The topic has ${topic.partitions} partitions already; they can only grow.`,
      );
      checkPartitions(partitions);
      checkRoom(instance, (partitions - topic.partitions) * topic.replicas);
      await world.broker.setPartitions(name, partitions);
      topic.partitions = partitions;
      return { Result: OPERATED };
    },
    async DeleteTopic({ InstanceId: id, TopicName: name }) {
      const instance = runningInstance(id, world);
      topicOf(instance, name);
      await world.broker.deleteTopic(name);
      instance.topics.delete(name);
      return { Result: OPERATED };
    },
  };
}

function searched({ topics }: CkafkaInstance, word = ''): CkafkaTopic[] {
  return [...topics.values()].filter(({ name }) => name.includes(word));
}

function newTopic(params: CreateTopicRequest, instance: CkafkaInstance, nowMs: number): CkafkaTopic {
  const { TopicName: name, PartitionNum: partitions, ReplicaNum: replicas, Note: note = '' } = params;
  check(
    /^[\w.-]{1,128}$/.test(name),
    'InvalidParameterValue',
    `\`${name}\` is no name: letters, digits, _, - and .`,
  );
  check(
    !instance.topics.has(name),
    'InvalidParameterValue.RepetitionValue',
    `The instance has a topic \`${name}\` already.`,
  );
  checkPartitions(partitions);
  checkReplicas(replicas, instance);
  checkNote(note);
  checkRoom(instance, partitions * replicas);
  return {
    id: newId('topic'),
    name,
    createdMs: nowMs,
    aclRule: params.EnableAclRule === 1,
    tags: params.Tags ?? [],
    partitions,
    replicas,
    note,
    config: configured(TOPIC_DEFAULTS, params),
  };
}

function configured(
  before: TopicConfig,
  params: CreateTopicRequest | ModifyTopicAttributesRequest,
): TopicConfig {
  const config = {
    retentionMs: params.RetentionMs ?? before.retentionMs,
    cleanUpPolicy: params.CleanUpPolicy ?? before.cleanUpPolicy,
    maxMessageBytes: params.MaxMessageBytes ?? before.maxMessageBytes,
    minInsyncReplicas: params.MinInsyncReplicas ?? before.minInsyncReplicas,
  };
  checkRange('RetentionMs', config.retentionMs, [60_000, 7_776_000_000]);
  checkRange('MaxMessageBytes', config.maxMessageBytes, [1_024, 12_582_912]);
  checkRange('MinInsyncReplicas', config.minInsyncReplicas, [1, 3]);
  check(
    ['delete', 'compact', 'compact, delete'].includes(config.cleanUpPolicy),
    'InvalidParameterValue',
    `\`${config.cleanUpPolicy}\` is no clean-up policy.`,
  );
  return config;
}

function checkRange(name: string, value: number, [min, max]: readonly [number, number]): void {
  const fits = Number.isInteger(value) && value >= min && value <= max;
  check(fits, 'InvalidParameterValue', `\`${name}\` is from ${min} to ${max}.`);
}

function checkPartitions(partitions: number): void {
  checkRange('PartitionNum', partitions, [1, PARTITIONS_MAX]);
}

function checkReplicas(replicas: number, { brokerCount }: CkafkaInstance): void {
  checkRange('ReplicaNum', replicas, [1, Math.min(3, brokerCount)]);
}

function checkNote(note: string): void {
  check([...note].length <= 64, 'InvalidParameterValue', 'A note has at most 64 characters.');
}

function checkRoom(instance: CkafkaInstance, more: number): void {
  const wanted = partitionsOf(instance) + more;
  check(
    wanted <= instance.partitionsMax && instance.topics.size < instance.topicsMax,
    'LimitExceeded',
    `The instance has room for ${instance.partitionsMax} partitions, replicas counted.`,
  );
}
