/** `--param provision=true`: makes what the settings do not name of VPC, subnet, CKafka instance and TDSQL-C cluster. */
import { UserError } from '../../lib/core/errors.ts';
import type { Context } from './context.ts';
import { TAG } from './names.ts';
import { clusterPrice, instancePrice } from './prices.ts';
import { findProvisioned, type Provisioned } from './provisioned.ts';
import type { Settings } from './settings.ts';
import { CLUSTER, INSTANCE, NETWORK } from './sizes.ts';
import { polled } from './polled.ts';

export async function provision(context: Context): Promise<Settings> {
  const { settings, cloud, say } = context;
  if (!settings.provision) return settings;
  const found = await findProvisioned(cloud, settings.names.stack);
  const vpcId = settings.vpcId ?? found.vpcId ?? (await createVpc(context));
  const subnetId = settings.subnetId ?? found.subnetId ?? (await createSubnet(context, vpcId));
  const network = { vpcId, subnetId };
  const instanceId =
    settings.kafka.instanceId ?? found.instanceId ?? (await createInstance(context, network));
  const clusterId = settings.mysql.host === undefined ? await clusterFor(context, found, network) : undefined;
  await awaitRunning(context, instanceId, clusterId);
  say.line(
    'what was provisioned costs money by the hour until: npx serverless remove --param="provision=true"',
  );
  return {
    ...settings,
    ...network,
    kafka: { ...settings.kafka, instanceId },
    mysql: { ...settings.mysql, clusterId },
  };
}

interface Network {
  readonly vpcId: string;
  readonly subnetId: string;
}

function tagsOf({ settings }: Context) {
  return [{ Key: TAG, Value: settings.names.stack }];
}

async function createVpc(context: Context): Promise<string> {
  const request = { VpcName: context.settings.names.stack, CidrBlock: NETWORK.vpc, Tags: tagsOf(context) };
  const { Vpc: vpc } = await context.cloud.call('vpc', 'CreateVpc', request);
  context.say.line(`created VPC ${vpc?.VpcId ?? ''} (${NETWORK.vpc}): free`);
  return vpc?.VpcId ?? '';
}

async function createSubnet(context: Context, VpcId: string): Promise<string> {
  const { settings, cloud, say } = context;
  const { Subnet: subnet } = await cloud.call('vpc', 'CreateSubnet', {
    VpcId,
    SubnetName: settings.names.stack,
    CidrBlock: NETWORK.subnet,
    Zone: settings.zone ?? '',
    Tags: tagsOf(context),
  });
  say.line(`created subnet ${subnet?.SubnetId ?? ''} (${NETWORK.subnet}, ${settings.zone ?? ''}): free`);
  return subnet?.SubnetId ?? '';
}

async function createInstance(context: Context, { vpcId, subnetId }: Network): Promise<string> {
  const { cloud, settings, say } = context;
  const zoneId = await zoneIdOf(context);
  const price = await instancePrice(cloud, zoneId);
  const { Result: result } = await cloud.call('ckafka', 'CreatePostPaidInstance', {
    ...INSTANCE,
    InstanceName: settings.names.stack,
    VpcId: vpcId,
    SubnetId: subnetId,
    ZoneId: zoneId,
    Tags: [{ TagKey: TAG, TagValue: settings.names.stack }],
  });
  const id = result?.Data?.InstanceId;
  if (id === undefined)
    throw new UserError(`CKafka sold no instance: ${result?.ReturnMessage ?? 'without a reason'}`);
  say.line(
    `created CKafka instance ${id} (Pro, ${INSTANCE.BandWidth} MB/s, ${INSTANCE.DiskSize} GB): ${price}`,
  );
  return id;
}

/** CKafka numbers zones: ap-guangzhou-6 is a number that ends in 6. */
async function zoneIdOf({ cloud, settings }: Context): Promise<number> {
  if (settings.zoneId !== undefined) return settings.zoneId;
  const number = Number(/-(\d+)$/.exec(settings.zone ?? '')?.[1]);
  const { Result: result } = await cloud.call('ckafka', 'DescribeCkafkaZone', {});
  const zones = (result?.ZoneList ?? []).filter((zone) => zone.SoldOut !== 'true');
  const zone = zones.find((each) => Number(each.ZoneId) % ZONES_PER_REGION === number);
  if (zone !== undefined) return Number(zone.ZoneId);
  const others = zones.map((each) => `${each.ZoneName ?? ''} (${each.ZoneId ?? ''})`);
  throw new UserError(`CKafka is not sold in ${settings.zone ?? ''}; it is in: ${others.join(', ')}`);
}

const ZONES_PER_REGION = 10_000;

async function clusterFor(context: Context, found: Provisioned, network: Network): Promise<string> {
  return context.settings.mysql.clusterId ?? found.clusterId ?? (await createCluster(context, network));
}

async function createCluster(context: Context, { vpcId, subnetId }: Network): Promise<string> {
  const { cloud, settings, env, say } = context;
  const Zone = settings.zone ?? '';
  const price = await clusterPrice(cloud, Zone);
  const { ClusterIds: ids = [] } = await cloud.call('cynosdb', 'CreateClusters', {
    ...CLUSTER,
    Zone,
    VpcId: vpcId,
    SubnetId: subnetId,
    ClusterName: settings.names.stack,
    AdminPassword: env.OSS2COS_MYSQL_PASSWORD ?? '',
    ResourceTags: [{ TagKey: TAG, TagValue: settings.names.stack }],
  });
  const find = async () => ids[0] ?? (await findProvisioned(cloud, settings.names.stack)).clusterId;
  const id = await polled('TDSQL-C cluster', say, async () => ({
    ready: await find(),
    state: 'being ordered',
  }));
  say.line(
    `created TDSQL-C cluster ${id} (serverless, ${CLUSTER.MinCpu} to ${CLUSTER.MaxCpu} CCU, pauses by itself): ${price}`,
  );
  return id;
}

const CKAFKA_RUNNING = 1;

/** Both are made at once, so that the longer wait covers the shorter. */
async function awaitRunning(
  { cloud, say }: Context,
  InstanceId: string,
  ClusterId: string | undefined,
): Promise<void> {
  await polled(`CKafka instance ${InstanceId}`, say, async () => {
    const { Result: result } = await cloud.call('ckafka', 'DescribeInstanceAttributes', { InstanceId });
    const status = result?.Status;
    return {
      ready: status === CKAFKA_RUNNING ? true : undefined,
      state: `in status ${String(status)}`,
      hasFailed: status === -1,
    };
  });
  if (ClusterId === undefined) return;
  await polled(`TDSQL-C cluster ${ClusterId}`, say, async () => {
    const { Detail: detail } = await cloud.call('cynosdb', 'DescribeClusterDetail', { ClusterId });
    const status = detail?.Status;
    return { ready: status === 'running' ? true : undefined, state: status ?? 'not there yet' };
  });
}
