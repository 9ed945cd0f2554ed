/** CKafka's instances: listed, bought by the hour and given back, with their addresses and prices. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_client.js';
import type {
  CreatePostPaidInstanceRequest,
  DescribeInstancesDetailRequest,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_models.js';
import type { Actions } from '../actions.ts';
import { newId } from '../ids.ts';
import { page } from '../paging.ts';
import { Pending } from '../pending.ts';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';
import { attributesOf, detailOf, routesOf } from './answers.ts';
import { instanceOf, present, runningInstance, seen } from './lookup.ts';
import { type CkafkaInstance, type InstanceStatus, STATUS_NUMBER } from './model.ts';
import { priceOf } from './price.ts';
import { checkZone, zonesOf } from './zones.ts';

export function instanceActions(world: World): Actions<Client> {
  return {
    DescribeInstances(params) {
      const { InstanceId: id, SearchWord: word = '', Status: statuses, VpcId: vpcId } = params;
      const all = present(world).filter(
        (each) =>
          (id === undefined || each.id === id) &&
          each.name.includes(word) &&
          (vpcId === undefined || each.vpcId === vpcId) &&
          hasStatus(each, statuses),
      );
      const InstanceList = page(all, params, { limitDefault: 10, limitMax: 100 }).map((each) => ({
        InstanceId: each.id,
        InstanceName: each.name,
        Status: STATUS_NUMBER[seen(world, each)],
        IfCommunity: true,
      }));
      return { Result: { InstanceList, TotalCount: all.length } };
    },
    DescribeInstancesDetail(params) {
      const all = present(world).filter((each) => fits(each, params));
      const InstanceList = page(all, params, { limitDefault: 10, limitMax: 20 }).map((each) =>
        detailOf(each, seen(world, each), world),
      );
      return { Result: { InstanceList, TotalCount: all.length } };
    },
    DescribeInstanceAttributes({ InstanceId: id }) {
      const instance = instanceOf(id, world);
      return { Result: attributesOf(instance, seen(world, instance), world) };
    },
    DescribeRoute({ InstanceId: id }) {
      return { Result: { Routers: routesOf(instanceOf(id, world), world) } };
    },
    CreatePostPaidInstance(params) {
      const instance = bought(params, world);
      instance.status.become('creating', 'running', world.polls);
      world.ckafka.set(instance.id, instance);
      const { id: InstanceId, flowId: FlowId } = instance;
      const DealNames = [`deal-${FlowId}`];
      return {
        Result: { ReturnCode: '0', ReturnMessage: 'OK', Data: { FlowId, DealNames, InstanceId } },
      };
    },
    DeleteInstancePost({ InstanceId: id }) {
      const instance = runningInstance(id, world);
      instance.status.become('deleting', 'gone', world.polls);
      return { Result: { FlowId: instance.flowId } };
    },
    DescribeTaskStatus({ FlowId: flowId }) {
      const instance = [...world.ckafka.values()].find((each) => each.flowId === flowId);
      const status = instance && seen(world, instance);
      return { Result: { Status: status === 'creating' || status === 'deleting' ? 2 : 0, Output: '' } };
    },
    DescribeCkafkaZone: () => ({ Result: { ZoneList: zonesOf(world.options.region) } }),
    InquireCkafkaPrice: (params) => ({ Result: { InstancePrice: priceOf(params) } }),
  };
}

function hasStatus(instance: CkafkaInstance, statuses: readonly (number | bigint)[] | undefined): boolean {
  return statuses?.map(Number).includes(STATUS_NUMBER[instance.status.state]) ?? true;
}

function fits(instance: CkafkaInstance, params: DescribeInstancesDetailRequest): boolean {
  const { InstanceId: id, InstanceIdList: ids, SearchWord: word = '', TagKey: tagKey } = params;
  const searchable = [instance.name, instance.id, instance.vpcId, instance.subnetId];
  const tags = (params.TagList ?? []).every((wanted) =>
    instance.tags.some((tag) => tag.TagKey === wanted.TagKey && tag.TagValue === wanted.TagValue),
  );
  return (
    (id === undefined || instance.id === id) &&
    (ids?.includes(instance.id) ?? true) &&
    searchable.some((text) => text.includes(word)) &&
    (tagKey === undefined || instance.tags.some((tag) => tag.TagKey === tagKey)) &&
    tags &&
    (params.Filters ?? []).every(({ Name, Values }) => Values.includes(fieldOf(instance, Name))) &&
    hasStatus(instance, params.Status)
  );
}

function fieldOf(instance: CkafkaInstance, name: string): string {
  const fields = new Map([
    ['VpcId', instance.vpcId],
    ['SubNetId', instance.subnetId],
    ['InstanceType', instance.kind],
    ['InstanceId', instance.id],
  ]);
  const value = fields.get(name);
  check(value !== undefined, 'InvalidParameterValue', `There is no filter \`${name}\`.`);
  return value;
}

/** What holds where nothing is said is in the type definitions' comments. */
function bought(params: CreatePostPaidInstanceRequest, world: World): CkafkaInstance {
  const { VpcId: vpcId, SubnetId: subnetId, ZoneIds: zoneIds = [] } = params;
  check(world.vpcs.has(vpcId), 'InvalidParameterValue.VpcIdInvalid', `There is no VPC \`${vpcId}\`.`);
  check(
    world.subnets.get(subnetId)?.vpcId === vpcId,
    'InvalidParameterValue.SubnetIdInvalid',
    `There is no subnet \`${subnetId}\` in ${vpcId}.`,
  );
  const zoneId = params.ZoneId ?? zoneIds[0];
  check(
    zoneId !== undefined,
    'InvalidParameterValue.NotAllowedEmpty',
    'Neither `ZoneId` nor `ZoneIds` is given.',
  );
  checkZone(Number(zoneId), subnetId, world);
  const kind = params.SpecificationsType ?? 'profession';
  check(kind === 'profession', 'InvalidParameterValue', `\`${kind}\` is not sold by the hour here.`);
  const version = params.KafkaVersion ?? '2.4.1';
  check(
    ['2.4.1', '2.4.2', '2.8.1', '3.2.3'].includes(version),
    'InvalidParameterValue',
    `Kafka ${version} is not offered.`,
  );
  const sizes = sizesOf(params);
  const name = params.InstanceName ?? '';
  check([...name].length <= 128, 'InvalidParameterValue', 'A name has at most 128 characters.');
  return {
    id: newId('ckafka'),
    name,
    vpcId,
    subnetId,
    brokerCount: 3,
    kind,
    version,
    ...sizes,
    zoneId: Number(zoneId),
    tags: params.Tags ?? [],
    createdMs: world.now(),
    flowId: world.nextFlowId(),
    status: new Pending<InstanceStatus>('creating'),
    topics: new Map(),
  };
}

function sizesOf(params: CreatePostPaidInstanceRequest) {
  const { BandWidth: bandwidthMb = 40, DiskSize: diskGb = 500, Partition: partitionsMax = 800 } = params;
  const { TopicNum: topicsMax = 800 } = params;
  for (const [name, size, step] of [
    ['BandWidth', bandwidthMb, 20],
    ['DiskSize', diskGb, 100],
    ['Partition', partitionsMax, 100],
    ['TopicNum', topicsMax, 100],
  ] as const)
    check(size > 0 && size % step === 0, 'InvalidParameterValue', `\`${name}\` is a multiple of ${step}.`);
  return { bandwidthMb, diskGb, partitionsMax, topicsMax };
}
