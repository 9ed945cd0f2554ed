/** VPC of 2017-03-12: networks and subnets, which cannot go while something is in them. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/vpc/v20170312/vpc_client.js';
import type {
  Filter,
  Subnet as SubnetAnswer,
  Vpc as VpcAnswer,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/vpc/v20170312/vpc_models.js';
import type { Actions, Service } from '../actions.ts';
import { newId } from '../ids.ts';
import { page } from '../paging.ts';
import { check, found } from '../refusal.ts';
import type { World } from '../world.ts';
import { contains, overlaps, rangeOf } from './cidr.ts';
import type { Subnet, Vpc } from './model.ts';

const PAGE = { limitDefault: 20, limitMax: 100 };

export function vpc(world: World): Service {
  const actions: Actions<Client> = {
    DescribeVpcs(params) {
      const { VpcIds: ids, Filters: filters } = params;
      const all = selected([...world.vpcs.values()], { ids, filters }, vpcFields);
      return { VpcSet: page(all, params, PAGE).map(vpcAnswer), TotalCount: all.length };
    },
    DescribeSubnets(params) {
      const { SubnetIds: ids, Filters: filters } = params;
      const all = selected([...world.subnets.values()], { ids, filters }, subnetFields);
      return { SubnetSet: page(all, params, PAGE).map(subnetAnswer), TotalCount: all.length };
    },
    CreateVpc({ VpcName: name, CidrBlock: cidr, Tags: tags = [] }) {
      checkName(name);
      const range = found(rangeOf(cidr), 'InvalidParameterValue.Malformed', `\`${cidr}\` is no range.`);
      const within = ['10.0.0.0/12', '172.16.0.0/12', '192.168.0.0/16'].map(rangeOf);
      check(
        within.some((each) => each !== undefined && contains(each, range)),
        'InvalidParameterValue.VpcCidrConflict',
        `${cidr} is outside the private ranges.`,
      );
      const made = { id: newId('vpc'), name, cidr, tags };
      world.vpcs.set(made.id, made);
      return { Vpc: vpcAnswer(made) };
    },
    CreateSubnet({ VpcId: vpcId, SubnetName: name, CidrBlock: cidr, Zone: zone, Tags: tags = [] }) {
      checkName(name);
      const network = vpcOf(vpcId, world);
      checkSubnetRange(cidr, network, world);
      check(
        zone.startsWith(`${world.options.region}-`),
        'InvalidParameterValue.ZoneConflict',
        `${zone} is no zone of ${world.options.region}.`,
      );
      const made = { id: newId('subnet'), vpcId, name, cidr, zone, tags };
      world.subnets.set(made.id, made);
      return { Subnet: subnetAnswer(made) };
    },
    DeleteSubnet({ SubnetId: id }) {
      check(world.subnets.has(id), 'ResourceNotFound', `There is no subnet \`${id}\`.`);
      const user = userOf(id, world);
      check(user === undefined, 'ResourceInUse', `The subnet is used by ${user ?? ''}.`);
      world.subnets.delete(id);
      return {};
    },
    DeleteVpc({ VpcId: id }) {
      vpcOf(id, world);
      const subnets = [...world.subnets.values()].filter(({ vpcId }) => vpcId === id);
      check(subnets.length === 0, 'ResourceInUse', `The VPC has ${subnets.length} subnets.`);
      world.vpcs.delete(id);
      return {};
    },
  };
  return { name: 'vpc', version: '2017-03-12', models: 'vpc/v20170312/vpc', actions: { ...actions } };
}

function vpcOf(id: string, world: World): Vpc {
  return found(world.vpcs.get(id), 'ResourceNotFound', `There is no VPC \`${id}\`.`);
}

function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  check(bytes > 0 && bytes <= 60, 'InvalidParameterValue.TooLong', 'A name has 1 to 60 bytes.');
}

function checkSubnetRange(cidr: string, network: Vpc, world: World): void {
  const range = found(rangeOf(cidr), 'InvalidParameterValue.Malformed', `\`${cidr}\` is no range.`);
  const whole = rangeOf(network.cidr);
  check(
    whole !== undefined && contains(whole, range),
    'InvalidParameterValue.SubnetRange',
    `${cidr} is not within ${network.cidr}.`,
  );
  const beside = [...world.subnets.values()].filter(({ vpcId }) => vpcId === network.id);
  const conflict = beside.find((subnet) => {
    const other = rangeOf(subnet.cidr);
    return other !== undefined && overlaps(other, range);
  });
  check(
    conflict === undefined,
    'InvalidParameterValue.SubnetConflict',
    `${cidr} overlaps with ${conflict?.id ?? ''}.`,
  );
}

function userOf(subnetId: string, world: World): string | undefined {
  const functions = [...world.functions.values()].map(({ id, settings }) => {
    return { id, subnetId: settings.VpcConfig.SubnetId };
  });
  const all = [...functions, ...world.ckafka.values(), ...world.clusters.values()];
  return all.find((each) => each.subnetId === subnetId)?.id;
}

interface Selection {
  readonly ids: readonly string[] | undefined;
  readonly filters: readonly Filter[] | undefined;
}

type Fields<T> = (each: T) => ReadonlyMap<string, string>;

function selected<T extends Vpc | Subnet>(
  all: readonly T[],
  { ids, filters }: Selection,
  fields: Fields<T>,
): T[] {
  check(
    ids === undefined || filters === undefined,
    'InvalidParameter.Coexist',
    'Ids and `Filters` exclude each other.',
  );
  return all.filter(
    (each) =>
      (ids?.includes(each.id) ?? true) &&
      (filters ?? []).every(({ Name: name, Values: values }) => fits(each, { name, values }, fields)),
  );
}

function fits<T extends Vpc | Subnet>(
  each: T,
  { name, values }: { readonly name: string; readonly values: readonly string[] },
  fields: Fields<T>,
): boolean {
  if (name === 'tag-key') return each.tags.some(({ Key: key }) => values.includes(key));
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return each.tags.some((tag) => tag.Key === key && values.includes(tag.Value ?? ''));
  }
  const value = found(
    fields(each).get(name),
    'InvalidParameter.FilterInvalidKey',
    `There is no filter \`${name}\`.`,
  );
  const fuzzy = name.endsWith('-name');
  return values.some((wanted) => (fuzzy ? value.includes(wanted) : value === wanted));
}

function vpcFields({ id, name, cidr }: Vpc): ReadonlyMap<string, string> {
  return new Map([
    ['vpc-id', id],
    ['vpc-name', name],
    ['cidr-block', cidr],
    ['is-default', 'false'],
  ]);
}

function subnetFields({ id, vpcId, name, cidr, zone }: Subnet): ReadonlyMap<string, string> {
  return new Map([
    ['subnet-id', id],
    ['vpc-id', vpcId],
    ['subnet-name', name],
    ['cidr-block', cidr],
    ['zone', zone],
    ['is-default', 'false'],
  ]);
}

function vpcAnswer({ id, name, cidr, tags }: Vpc): VpcAnswer {
  return { VpcId: id, VpcName: name, CidrBlock: cidr, IsDefault: false, TagSet: [...tags] };
}

function subnetAnswer({ id, vpcId, name, cidr, zone, tags }: Subnet): SubnetAnswer {
  const shared = { SubnetName: name, CidrBlock: cidr, Zone: zone, IsDefault: false };
  return { SubnetId: id, VpcId: vpcId, ...shared, AvailableIpAddressCount: 253, TagSet: [...tags] };
}
