/** Where the functions find Kafka and MySQL: the addresses that the cloud tells for the instance and the cluster. */
import { UserError } from '../../lib/core/errors.ts';
import type { Cloud } from './cloud.ts';
import type { Addresses } from './environment.ts';
import type { Settings } from './settings.ts';

export interface Places extends Addresses {
  readonly instanceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  /** Undefined where CKafka does not tell. */
  readonly brokerCount: number | undefined;
  /** Partitions times replicas that the instance still takes. */
  readonly partitionsLeft: number | undefined;
}

const CKAFKA_RUNNING = 1;
const PLAINTEXT = 0;

export async function findPlaces(cloud: Cloud, settings: Settings): Promise<Places> {
  const [kafka, mysql] = await Promise.all([findKafka(cloud, settings), findMysql(cloud, settings)]);
  return { ...kafka, ...mysql, vpcId: settings.vpcId ?? '', subnetId: settings.subnetId ?? '' };
}

async function findKafka(cloud: Cloud, { kafka, vpcId, functions }: Settings) {
  const instanceId = kafka.instanceId ?? '';
  const request = { InstanceId: instanceId };
  const { Result: instance } = await cloud.call('ckafka', 'DescribeInstanceAttributes', request);
  if (instance?.Status !== CKAFKA_RUNNING)
    throw new UserError(`CKafka instance ${instanceId} is not running (status ${String(instance?.Status)})`);
  const { Result: routes } = await cloud.call('ckafka', 'DescribeRoute', request);
  const route = (routes?.Routers ?? []).find((each) => each.AccessType === PLAINTEXT && each.VpcId === vpcId);
  const isInside = instance.VpcId === vpcId || route !== undefined;
  if (!isInside && functions.some((fn) => fn.inVpc))
    throw new UserError(
      `CKafka instance ${instanceId} is in VPC ${instance.VpcId ?? 'none'}, the functions are in ${vpcId ?? 'none'}: give that VPC, or add a PLAINTEXT route into ${vpcId ?? 'it'} to the instance`,
    );
  const vips = instance.VpcId === vpcId ? vipsOf(instance) : vipsOf(route ?? {});
  return {
    instanceId,
    brokers: vips.join(','),
    brokerCount: brokersOf(route),
    partitionsLeft: instance.RemainingPartitions ?? instance.RemainderPartitions,
  };
}

/** A route lists an address for each broker; one address stands for all of them. */
function brokersOf(route: { BrokerVipList?: readonly unknown[] | null } | undefined): number | undefined {
  const count = route?.BrokerVipList?.length ?? 0;
  return count > 1 ? count : undefined;
}

interface WithVips {
  readonly Vip?: string;
  readonly Vport?: string;
  readonly VipList?: readonly { readonly Vip?: string; readonly Vport?: string }[];
}

function vipsOf({ Vip, Vport, VipList = [] }: WithVips): string[] {
  const all = VipList.length > 0 ? VipList : [{ Vip, Vport }];
  return all.map((vip) => `${vip.Vip ?? ''}:${vip.Vport ?? ''}`);
}

async function findMysql(cloud: Cloud, { mysql, vpcId }: Settings) {
  if (mysql.host !== undefined) return { mysqlHost: mysql.host, mysqlPort: mysql.port };
  const ClusterId = mysql.clusterId ?? '';
  const { Detail: cluster } = await cloud.call('cynosdb', 'DescribeClusterDetail', { ClusterId });
  if (cluster?.Status !== 'running')
    throw new UserError(`TDSQL-C cluster ${ClusterId} is ${cluster?.Status ?? 'not there'}, not running`);
  if (cluster.VpcId !== undefined && vpcId !== undefined && cluster.VpcId !== vpcId)
    throw new UserError(
      `TDSQL-C cluster ${ClusterId} is in VPC ${cluster.VpcId}, the functions are in ${vpcId}`,
    );
  return { mysqlHost: cluster.Vip ?? '', mysqlPort: String(cluster.Vport ?? mysql.port) };
}
