/** `remove --param provision=true`: gives back what bears our tag, in the order in which it hangs together. */
import { CloudError } from './cloud-error.ts';
import { type Cloud, orUndefined } from './cloud.ts';
import type { Context } from './context.ts';
import { polled } from './polled.ts';
import { findProvisioned } from './provisioned.ts';

/** Whether there was anything. Without the parameter it is only named. */
export async function unprovision(context: Context): Promise<boolean> {
  const { cloud, settings } = context;
  if (!settings.provision) {
    await nameWhatIsLeft(context);
    return false;
  }
  const { vpcId, subnetId, instanceId, clusterId } = await findProvisioned(cloud, settings.names.stack);
  if (instanceId !== undefined) await removeInstance(context, instanceId);
  if (clusterId !== undefined) await removeCluster(context, clusterId);
  if (subnetId !== undefined)
    await removed(context, `subnet ${subnetId}`, () =>
      cloud.call('vpc', 'DeleteSubnet', { SubnetId: subnetId }),
    );
  if (vpcId !== undefined)
    await removed(context, `VPC ${vpcId}`, () => cloud.call('vpc', 'DeleteVpc', { VpcId: vpcId }));
  return (instanceId ?? clusterId ?? subnetId ?? vpcId) !== undefined;
}

/** Who was never let to provision need not be let to look. */
async function nameWhatIsLeft({ cloud, settings, say }: Context): Promise<void> {
  const search = findProvisioned(cloud, settings.names.stack);
  const found = await orUndefined('UnauthorizedOperation', search);
  const ids = Object.values(found ?? {}).filter((id) => id !== undefined);
  if (ids.length > 0)
    say.line(
      `left alone: ${ids.join(', ')}, which may cost money; delete them with npx serverless remove --param="provision=true"`,
    );
}

async function removeInstance({ cloud, settings, say }: Context, InstanceId: string): Promise<void> {
  await cloud.call('ckafka', 'DeleteInstancePost', { InstanceId });
  await polled(`CKafka instance ${InstanceId}`, say, async () => {
    const { Result: left } = await cloud.call('ckafka', 'DescribeInstancesDetail', { InstanceId });
    const isLeft = (left?.InstanceList ?? []).some(
      (each) => each.InstanceId === InstanceId && each.Status !== 3,
    );
    return { ready: isLeft ? undefined : true, state: 'being deleted' };
  });
  say.line(`removed CKafka instance ${InstanceId} of ${settings.names.stack}`);
}

/** Isolated first; only what is isolated can be deleted. */
async function removeCluster({ cloud, say }: Context, ClusterId: string): Promise<void> {
  if ((await clusterStatus(cloud, ClusterId)) === 'running')
    await cloud.call('cynosdb', 'IsolateCluster', { ClusterId });
  await polled(`TDSQL-C cluster ${ClusterId}`, say, async () => {
    const status = await clusterStatus(cloud, ClusterId);
    return { ready: status === 'isolated' ? true : undefined, state: status ?? 'gone' };
  });
  await cloud.call('cynosdb', 'OfflineCluster', { ClusterId });
  await polled(`TDSQL-C cluster ${ClusterId}`, say, async () => {
    const status = await clusterStatus(cloud, ClusterId);
    return {
      ready: status === undefined || DELETED.includes(status) ? true : undefined,
      state: status ?? 'gone',
    };
  });
  say.line(`removed TDSQL-C cluster ${ClusterId} with its tables`);
}

const DELETED = ['offlined', 'deleted'];

async function clusterStatus(cloud: Cloud, ClusterId: string): Promise<string | undefined> {
  const notFound = 'InvalidParameterValue.ClusterNotFound';
  const answer = await orUndefined(notFound, cloud.call('cynosdb', 'DescribeClusterDetail', { ClusterId }));
  return answer?.Detail?.Status;
}

/** The network is in use for some minutes after the last that used it. */
async function removed({ say }: Context, what: string, work: () => Promise<unknown>): Promise<void> {
  await polled(what, say, async () => {
    try {
      await work();
      return { ready: true, state: '' };
    } catch (error) {
      if (!(error instanceof CloudError) || !error.is('ResourceInUse')) throw error;
      return { ready: undefined, state: 'still in use' };
    }
  });
  say.line(`removed ${what}`);
}
