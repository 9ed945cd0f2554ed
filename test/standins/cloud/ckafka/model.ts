/** CKafka instances and topics as the control plane keeps them. */
import type { Tag } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_models.js';
import type { CkafkaSeed, TopicSeed } from '../options.ts';
import { newId } from '../ids.ts';
import { Pending } from '../pending.ts';

/** `gone` is answered by nobody: the instance is no more. */
export type InstanceStatus = 'creating' | 'running' | 'deleting' | 'gone';

export const STATUS_NUMBER: Record<InstanceStatus, number> = {
  creating: 0,
  running: 1,
  deleting: 2,
  gone: 3,
};

export interface CkafkaInstance {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly brokerCount: number;
  readonly kind: string;
  readonly version: string;
  readonly bandwidthMb: number;
  readonly diskGb: number;
  readonly partitionsMax: number;
  readonly topicsMax: number;
  readonly zoneId: number;
  readonly tags: readonly Tag[];
  readonly createdMs: number;
  readonly flowId: number;
  readonly status: Pending<InstanceStatus>;
  readonly topics: Map<string, CkafkaTopic>;
}

export interface CkafkaTopic {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly aclRule: boolean;
  readonly tags: readonly Tag[];
  partitions: number;
  replicas: number;
  note: string;
  config: TopicConfig;
}

export interface TopicConfig {
  readonly retentionMs: number;
  readonly cleanUpPolicy: string;
  readonly maxMessageBytes: number;
  readonly minInsyncReplicas: number;
}

/** What holds where CreateTopic says nothing: a topic forgets after two hours. */
export const TOPIC_DEFAULTS: TopicConfig = {
  retentionMs: 7_200_000,
  cleanUpPolicy: 'delete',
  maxMessageBytes: 1_048_588,
  minInsyncReplicas: 1,
};

export function seededInstance(seed: CkafkaSeed, nowMs: number, flowId: number): CkafkaInstance {
  const topics = (seed.topics ?? []).map((topic) => seededTopic(topic, nowMs));
  return {
    id: seed.id,
    name: seed.name ?? seed.id,
    vpcId: seed.vpcId ?? '',
    subnetId: seed.subnetId ?? '',
    brokerCount: seed.brokerCount ?? 3,
    kind: 'profession',
    version: '2.8.1',
    bandwidthMb: 20,
    diskGb: 200,
    partitionsMax: 400,
    topicsMax: 400,
    zoneId: 100_003,
    tags: [],
    createdMs: nowMs,
    flowId,
    status: new Pending<InstanceStatus>('running'),
    topics: new Map(topics.map((topic) => [topic.name, topic])),
  };
}

function seededTopic(seed: TopicSeed, nowMs: number): CkafkaTopic {
  return {
    id: newId('topic'),
    name: seed.name,
    createdMs: nowMs,
    aclRule: seed.aclRule ?? false,
    tags: [],
    partitions: seed.partitions,
    replicas: seed.replicas ?? 2,
    note: seed.note ?? '',
    config: { ...TOPIC_DEFAULTS, retentionMs: seed.retentionMs ?? TOPIC_DEFAULTS.retentionMs },
  };
}

/** In the broker's own words. */
export function brokerConfig(config: TopicConfig): Record<string, string> {
  return {
    'retention.ms': String(config.retentionMs),
    'cleanup.policy': config.cleanUpPolicy,
    'max.message.bytes': String(config.maxMessageBytes),
  };
}
