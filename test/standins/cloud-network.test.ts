import { describe, expect, test } from 'vitest';
import { clientsOf, cloudOf, codeOf } from './cloud/harness.ts';

const SUBNET = { VpcId: 'vpc-one', SubnetName: 'more', CidrBlock: '10.0.1.0/24', Zone: 'ap-guangzhou-3' };
const ORDER = {
  Zone: 'ap-guangzhou-3',
  VpcId: 'vpc-one',
  SubnetId: 'subnet-one',
  DbType: 'MYSQL',
  DbVersion: '8.0',
  DbMode: 'SERVERLESS',
  MinCpu: 0.25,
  MaxCpu: 1,
  AutoPause: 'yes',
  ClusterName: 'oss2cos',
  AdminPassword: 'Abcdef-12345',
};

describe('networks', () => {
  test('they are made, found by name and tag, and deleted from the inside out', async () => {
    const cloud = await cloudOf({ instances: {} });
    const { vpc } = clientsOf(cloud);
    const Tags = [{ Key: 'made-by', Value: 'test' }];
    const { Vpc } = await vpc.CreateVpc({ VpcName: 'oss2cos', CidrBlock: '10.1.0.0/16', Tags });
    const VpcId = Vpc?.VpcId ?? '';
    const { Subnet } = await vpc.CreateSubnet({ ...SUBNET, VpcId, CidrBlock: '10.1.0.0/24', Tags });
    const byTag = { Filters: [{ Name: 'tag:made-by', Values: ['test'] }] };
    expect(await vpc.DescribeVpcs(byTag)).toMatchObject({ TotalCount: 1, VpcSet: [{ VpcId }] });
    const within = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
    expect(await vpc.DescribeSubnets(within)).toMatchObject({ TotalCount: 1 });
    expect(await codeOf(vpc.DeleteVpc({ VpcId }))).toBe('ResourceInUse');
    await vpc.DeleteSubnet({ SubnetId: Subnet?.SubnetId ?? '' });
    await vpc.DeleteVpc({ VpcId });
    expect(cloud.resources()).toMatchObject({ vpcs: [], subnets: [] });
  });

  test('a subnet that something is in stays', async () => {
    const { vpc } = clientsOf(await cloudOf());
    expect(await codeOf(vpc.DeleteSubnet({ SubnetId: 'subnet-one' }))).toBe('ResourceInUse');
  });

  test.each([
    ['outside its VPC', { CidrBlock: '10.1.0.0/24' }, 'InvalidParameterValue.SubnetRange'],
    ['over another', { CidrBlock: '10.0.0.128/25' }, 'InvalidParameterValue.SubnetConflict'],
    ['that is none', { CidrBlock: '10.0.1.1/24' }, 'InvalidParameterValue.Malformed'],
    ['in another region', { Zone: 'ap-shanghai-2' }, 'InvalidParameterValue.ZoneConflict'],
    ['in no VPC', { VpcId: 'vpc-two' }, 'ResourceNotFound'],
  ])('a subnet %s is refused', async (_what, change, code) => {
    const { vpc } = clientsOf(await cloudOf());
    expect(await codeOf(vpc.CreateSubnet({ ...SUBNET, ...change }))).toBe(code);
  });

  test('a VPC outside the private ranges is refused', async () => {
    const { vpc } = clientsOf(await cloudOf());
    const outside = vpc.CreateVpc({ VpcName: 'x', CidrBlock: '11.0.0.0/16' });
    expect(await codeOf(outside)).toBe('InvalidParameterValue.VpcCidrConflict');
  });
});

describe('clusters', () => {
  test('one that is bought is being created, then runs at the real server’s address', async () => {
    const cloud = await cloudOf({ mysql: { host: '127.0.0.1', port: 3306 }, pollsUntilReady: 2 });
    const { cynosdb } = clientsOf(cloud);
    const { ClusterIds: [ClusterId = ''] = [] } = await cynosdb.CreateClusters(ORDER);
    const detail = async () => (await cynosdb.DescribeClusterDetail({ ClusterId })).Detail;
    expect(await detail()).toMatchObject({ Status: 'creating', Vip: '', Vport: 0 });
    const { ClusterSet } = await cynosdb.DescribeClusters({
      Filters: [{ Names: ['ClusterId'], Values: [ClusterId] }],
    });
    expect(ClusterSet).toMatchObject([{ Status: 'creating', ClusterName: 'oss2cos' }]);
    expect(await detail()).toMatchObject({ Status: 'running', Vip: '127.0.0.1', Vport: 3306 });
  });

  test('one that sleeps is woken once', async () => {
    const instances = { clusters: [{ id: 'cynosdbmysql-one', paused: true }] };
    const { cynosdb } = clientsOf(await cloudOf({ instances }));
    const ClusterId = 'cynosdbmysql-one';
    const status = async () => (await cynosdb.DescribeClusterDetail({ ClusterId })).Detail?.ServerlessStatus;
    expect(await status()).toBe('pause');
    await cynosdb.ResumeServerless({ ClusterId });
    expect([await status(), await status()]).toEqual(['resuming', 'resume']);
    expect(await codeOf(cynosdb.ResumeServerless({ ClusterId }))).toBe(
      'OperationDenied.ServerlessClusterStatusDenied',
    );
  });

  test('one goes in two steps, and then holds its subnet no longer', async () => {
    const instances = {
      vpcs: [{ id: 'vpc-one' }],
      subnets: [{ id: 'subnet-one', vpcId: 'vpc-one' }],
      clusters: [{ id: 'cynosdbmysql-one', vpcId: 'vpc-one', subnetId: 'subnet-one' }],
    };
    const cloud = await cloudOf({ instances });
    const { cynosdb, vpc } = clientsOf(cloud);
    const ClusterId = 'cynosdbmysql-one';
    const status = async () => (await cynosdb.DescribeClusterDetail({ ClusterId })).Detail?.Status;
    expect(await codeOf(cynosdb.OfflineCluster({ ClusterId }))).toBe(
      'OperationDenied.ClusterStatusDeniedError',
    );
    await cynosdb.IsolateCluster({ ClusterId });
    expect([await status(), await status()]).toEqual(['isolating', 'isolated']);
    await cynosdb.OfflineCluster({ ClusterId });
    expect(await codeOf(vpc.DeleteSubnet({ SubnetId: 'subnet-one' }))).toBe('ResourceInUse');
    expect(await status()).toBe('offlining');
    expect(await codeOf(cynosdb.DescribeClusterDetail({ ClusterId }))).toBe(
      'InvalidParameterValue.ClusterNotFound',
    );
    expect(await codeOf(vpc.DeleteSubnet({ SubnetId: 'subnet-one' }))).toBe('');
  });

  test.each([
    ['no capacity', { MinCpu: null }, 'InvalidParameterValue.ParamError'],
    ['a capacity that is not sold', { MinCpu: 0.3 }, 'InvalidParameterValue.InvalidSpec'],
    ['more at least than at most', { MinCpu: 2 }, 'InvalidParameterValue.InvalidSpec'],
    ['a weak password', { AdminPassword: 'abcdefgh' }, 'InvalidParameterValue.IllegalPassword'],
    ['another MySQL', { DbVersion: '8.4' }, 'InvalidParameterValue.InvalidDBVersion'],
    ['a subnet elsewhere', { SubnetId: 'subnet-two' }, 'InvalidParameterValue.SubnetNotFound'],
  ])('an order with %s is refused', async (_what, change, code) => {
    const { cynosdb } = clientsOf(await cloudOf());
    expect(await codeOf(cynosdb.CreateClusters({ ...ORDER, ...change } as never))).toBe(code);
  });

  test('a price grows with the capacity', async () => {
    const { cynosdb } = clientsOf(await cloudOf());
    const modes = { InstancePayMode: 'SERVERLESS', StoragePayMode: 'POSTPAID' };
    const price = async (Ccu: number) => {
      const params = { Zone: 'ap-guangzhou-3', GoodsNum: 1, ...modes, Ccu };
      const { InstancePrice } = await cynosdb.InquirePriceCreate(params);
      return Number(InstancePrice?.UnitPriceHighPrecision);
    };
    expect(await price(1)).toBeCloseTo(4 * (await price(0.25)), 3);
  });
});
