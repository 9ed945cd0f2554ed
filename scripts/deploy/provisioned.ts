/** What `provision=true` made for this stack, found again by its tag, however far an earlier run came. */
import type { Cloud } from './cloud.ts';
import { isTagged } from './found-logs.ts';
import { TAG } from './names.ts';

export interface Provisioned {
  readonly vpcId: string | undefined;
  readonly subnetId: string | undefined;
  readonly instanceId: string | undefined;
  readonly clusterId: string | undefined;
}

const PAGE = 100;
/** Of CKafka instances: deleted, and isolated for want of money. */
const CKAFKA_GONE = [2, 3];
const CLUSTER_GONE = ['deleting', 'deleted', 'offlining', 'offlined'];

export async function findProvisioned(cloud: Cloud, stack: string): Promise<Provisioned> {
  const byTag = { Filters: [{ Name: `tag:${TAG}`, Values: [stack] }] };
  const [vpcs, subnets, instanceId, clusterId] = await Promise.all([
    cloud.call('vpc', 'DescribeVpcs', byTag),
    cloud.call('vpc', 'DescribeSubnets', byTag),
    findInstance(cloud, stack),
    findCluster(cloud, stack),
  ]);
  return {
    vpcId: (vpcs.VpcSet ?? []).find((vpc) => isTagged(vpc.TagSet, stack))?.VpcId,
    subnetId: (subnets.SubnetSet ?? []).find((subnet) => isTagged(subnet.TagSet, stack))?.SubnetId,
    instanceId,
    clusterId,
  };
}

async function findInstance(cloud: Cloud, stack: string): Promise<string | undefined> {
  const { Result: found } = await cloud.call('ckafka', 'DescribeInstancesDetail', {
    TagList: [{ TagKey: TAG, TagValue: stack }],
  });
  return found?.InstanceList?.find((instance) => !CKAFKA_GONE.includes(instance.Status ?? 0))?.InstanceId;
}

async function findCluster(cloud: Cloud, stack: string): Promise<string | undefined> {
  for (let offset = 0; ; offset += PAGE) {
    const { ClusterSet: page = [] } = await cloud.call('cynosdb', 'DescribeClusters', {
      Offset: offset,
      Limit: PAGE,
    });
    const ours = page.find(
      ({ ResourceTags: tags = [], Status: status }) =>
        !CLUSTER_GONE.includes(status) && tags.some((tag) => tag.TagKey === TAG && tag.TagValue === stack),
    );
    if (ours !== undefined) return ours.ClusterId;
    if (page.length < PAGE) return undefined;
  }
}
