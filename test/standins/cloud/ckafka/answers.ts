/** CKafka's instances, routes and topics as the API answers them. */
import type {
  Config,
  InstanceAttributesResponse,
  InstanceDetail,
  JgwOperateResponse,
  Route,
  TopicAttributesResponse,
  TopicDetail,
  VipEntity,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_models.js';
import type { World } from '../world.ts';
import {
  type CkafkaInstance,
  type CkafkaTopic,
  type InstanceStatus,
  STATUS_NUMBER,
  type TopicConfig,
} from './model.ts';

/** What detail and attributes have in common. */
function common(instance: CkafkaInstance, status: InstanceStatus, world: World) {
  const vips = vipsOf(world.options.kafka?.brokers);
  const [first] = vips;
  return {
    InstanceId: instance.id,
    InstanceName: instance.name,
    Vip: first?.Vip ?? '',
    Vport: first?.Vport ?? '',
    VipList: vips,
    Status: STATUS_NUMBER[status],
    Bandwidth: instance.bandwidthMb * 8,
    DiskSize: instance.diskGb,
    ZoneId: instance.zoneId,
    VpcId: instance.vpcId,
    SubnetId: instance.subnetId,
    Healthy: 1,
    HealthyMessage: '',
    CreateTime: Math.floor(instance.createdMs / 1000),
    ExpireTime: 0,
    Tags: [...instance.tags],
    ZoneIds: [instance.zoneId],
    Version: instance.version,
    Cvm: 1,
    InstanceType: instance.kind,
    Features: [],
    ClusterType: 'CLOUD_CVM_SHARE',
  };
}

export function detailOf(instance: CkafkaInstance, status: InstanceStatus, world: World): InstanceDetail {
  return {
    ...common(instance, status, world),
    RenewFlag: 0,
    TopicNum: instance.topics.size,
    MaxTopicNumber: instance.topicsMax,
    MaxPartitionNumber: instance.partitionsMax,
    PartitionNumber: partitionsOf(instance),
  };
}

export function attributesOf(
  instance: CkafkaInstance,
  status: InstanceStatus,
  world: World,
): InstanceAttributesResponse {
  const partitions = partitionsOf(instance);
  return {
    ...common(instance, status, world),
    MsgRetentionTime: 1440,
    CreatedPartitions: partitions,
    CreatedTopics: instance.topics.size,
    RemainderPartitions: instance.partitionsMax - partitions,
    RemainderTopics: instance.topicsMax - instance.topics.size,
    InstanceChargeType: 'POSTPAID_BY_HOUR',
    DeleteProtectionEnable: 0,
  };
}

/** Replicas count as partitions do. */
export function partitionsOf({ topics }: CkafkaInstance): number {
  return [...topics.values()].reduce((sum, { partitions, replicas }) => sum + partitions * replicas, 0);
}

/** The route inside the VPC, and the public one with SASL over TLS where there is one. */
export function routesOf({ vpcId, subnetId }: CkafkaInstance, world: World): Route[] {
  const { brokers, secured } = world.options.kafka ?? {};
  const inside = { VpcId: vpcId, Subnet: subnetId, Status: 2 };
  const own = route(brokers, { ...inside, RouteId: 1, AccessType: 0, VipType: 3 });
  const open = route(secured, { RouteId: 2, AccessType: 3, VipType: 1, Status: 2 });
  return [...(brokers === undefined ? [] : [own]), ...(secured === undefined ? [] : [open])];
}

function route(addresses: string | undefined, rest: Route): Route {
  const vips = vipsOf(addresses);
  const [first] = vips;
  return {
    ...rest,
    VipList: vips,
    BrokerVipList: vips,
    Domain: first?.Vip ?? '',
    DomainPort: Number(first?.Vport ?? 0),
    Note: '',
  };
}

function vipsOf(addresses: string | undefined): VipEntity[] {
  if (addresses === undefined) return [];
  return addresses.split(',').map((address) => {
    const colon = address.lastIndexOf(':');
    return { Vip: address.slice(0, colon), Vport: address.slice(colon + 1) };
  });
}

export function topicDetailOf(topic: CkafkaTopic): TopicDetail {
  return {
    TopicId: topic.id,
    TopicName: topic.name,
    PartitionNum: topic.partitions,
    ReplicaNum: topic.replicas,
    Note: topic.note,
    CreateTime: Math.floor(topic.createdMs / 1000),
    EnableWhiteList: false,
    IpWhiteListCount: 0,
    Config: configOf(topic.config),
    Status: 0,
    Tags: [...topic.tags],
  };
}

export function topicAttributesOf(topic: CkafkaTopic): TopicAttributesResponse {
  return {
    TopicId: topic.id,
    CreateTime: Math.floor(topic.createdMs / 1000),
    Note: topic.note,
    PartitionNum: topic.partitions,
    ReplicaNum: topic.replicas,
    EnableWhiteList: 0,
    IpWhiteList: [],
    Config: configOf(topic.config),
    Partitions: Array.from({ length: topic.partitions }, (_, Partition) => {
      return { Partition, LeaderStatus: 0, IsrNum: topic.replicas, ReplicaNum: topic.replicas };
    }),
    EnableAclRule: topic.aclRule ? 1 : 0,
    AclRuleList: [],
  };
}

function configOf(config: TopicConfig): Config {
  return {
    Retention: config.retentionMs,
    CleanUpPolicy: config.cleanUpPolicy,
    MaxMessageBytes: config.maxMessageBytes,
    MinInsyncReplicas: config.minInsyncReplicas,
    UncleanLeaderElectionEnable: 0,
  };
}

export const OPERATED: JgwOperateResponse = { ReturnCode: '0', ReturnMessage: 'OK', Data: {} };
