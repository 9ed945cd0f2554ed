/** A cluster as `CreateClusters` describes it. */
import type { CreateClustersRequest } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cynosdb/v20190107/cynosdb_models.js';
import { newId } from '../ids.ts';
import { Pending } from '../pending.ts';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';
import type { Cluster, ClusterStatus, ServerlessStatus } from './model.ts';

/** @throws Refusal */
export function bought(params: CreateClustersRequest, world: World): Cluster {
  const { VpcId: vpcId, SubnetId: subnetId, ClusterName: name = '', Zone: zone } = params;
  check(world.vpcs.has(vpcId), 'InvalidParameterValue.VpcNotFound', `There is no VPC \`${vpcId}\`.`);
  check(
    world.subnets.get(subnetId)?.vpcId === vpcId,
    'InvalidParameterValue.SubnetNotFound',
    `There is no subnet \`${subnetId}\` in ${vpcId}.`,
  );
  check(
    zone.startsWith(`${world.options.region}-`),
    'InvalidParameterValue.InvalidZoneIdError',
    `${zone} is no zone of ${world.options.region}.`,
  );
  check(
    /^[\w.-]{0,63}$/.test(name),
    'InvalidParameterValue.IllegalInstanceName',
    `\`${name}\` is no name of a cluster.`,
  );
  checkEngine(params);
  checkPassword(params.AdminPassword);
  const { minCpu, maxCpu, autoPause } = capacityOf(params);
  return {
    id: newId('cynosdbmysql'),
    name,
    zone,
    vpcId,
    subnetId,
    dbVersion: params.DbVersion,
    serverless: true,
    minCpu,
    maxCpu,
    autoPause,
    tags: params.ResourceTags ?? [],
    createdMs: world.now(),
    status: new Pending<ClusterStatus>('creating'),
    awake: new Pending<ServerlessStatus>('resume'),
  };
}

function checkEngine({ DbType: type, DbVersion: version, DbMode: mode = 'NORMAL' }: CreateClustersRequest) {
  check(type === 'MYSQL', 'InvalidParameterValue.DBTypeNotFound', '`DbType` is MYSQL here.');
  check(
    ['5.7', '8.0'].includes(version),
    'InvalidParameterValue.InvalidDBVersion',
    `There is no MySQL ${version}.`,
  );
  check(
    mode === 'SERVERLESS',
    'InvalidParameterValue.DbModeNotServerlessError',
    'This stand-in sells serverless clusters alone.',
  );
}

/** Of the least and the most that a cluster can have (document 1098/51975); the most begins at the second. */
const CPUS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

function capacityOf(params: CreateClustersRequest) {
  const { MinCpu: minCpu, MaxCpu: maxCpu, AutoPause: autoPause = 'yes' } = params;
  const { AutoPauseDelay: delayS = 600 } = params;
  check(
    minCpu !== undefined && maxCpu !== undefined,
    'InvalidParameterValue.ParamError',
    '`MinCpu` and `MaxCpu` are needed for SERVERLESS.',
  );
  check(
    CPUS.includes(minCpu) && CPUS.slice(1).includes(maxCpu) && minCpu <= maxCpu,
    'InvalidParameterValue.InvalidSpec',
    `There is no cluster of ${minCpu} to ${maxCpu} CPUs.`,
  );
  check(
    ['yes', 'no'].includes(autoPause) && delayS >= 600 && delayS <= 691_200,
    'InvalidParameterValue.ParamError',
    '`AutoPause` is yes or no, its delay 600 to 691200 s.',
  );
  return { minCpu, maxCpu, autoPause };
}

function checkPassword(password: string | undefined): void {
  if (password === undefined) return;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[~!@#$%^&*_\-+=`|(){}[\]:;'<>,.?/]/];
  const mixed = kinds.filter((kind) => kind.test(password)).length >= 3;
  check(
    mixed && password.length >= 8 && password.length <= 64,
    'InvalidParameterValue.IllegalPassword',
    'A password has 8 to 64 characters of three kinds.',
  );
}
