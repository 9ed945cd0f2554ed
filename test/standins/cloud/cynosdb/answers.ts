/** Clusters as the API answers them. */
import type {
  CynosdbCluster,
  CynosdbClusterDetail,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/cynosdb/v20190107/cynosdb_models.js';
import { chinaTime } from '../ids.ts';
import type { World } from '../world.ts';
import type { Cluster, ClusterStatus } from './model.ts';

function common(cluster: Cluster, status: ClusterStatus, world: World) {
  const { host: Vip = '', port: Vport = 0 } = world.options.mysql ?? {};
  return {
    ClusterId: cluster.id,
    ClusterName: cluster.name,
    Region: world.options.region,
    Zone: cluster.zone,
    Status: status,
    StatusDesc: status,
    ServerlessStatus: cluster.awake.poll(),
    DbType: 'MYSQL',
    DbVersion: cluster.dbVersion,
    DbMode: cluster.serverless ? 'SERVERLESS' : 'NORMAL',
    VpcId: cluster.vpcId,
    SubnetId: cluster.subnetId,
    // Addresses exist only once the cluster does.
    Vip: status === 'creating' ? '' : Vip,
    Vport: status === 'creating' ? 0 : Vport,
    CreateTime: chinaTime(cluster.createdMs),
    PayMode: 0,
    PeriodEndTime: '0000-00-00 00:00:00',
    ProjectID: 0,
    ResourceTags: [...cluster.tags],
  };
}

export function clusterAnswer(cluster: Cluster, status: ClusterStatus, world: World): CynosdbCluster {
  return {
    ...common(cluster, status, world),
    UpdateTime: chinaTime(cluster.createdMs),
    InstanceNum: 1,
    Uin: '100000000001',
    AppId: Number(world.appId),
  };
}

export function clusterDetail(cluster: Cluster, status: ClusterStatus, world: World): CynosdbClusterDetail {
  return {
    ...common(cluster, status, world),
    Charset: 'utf8mb4',
    InstanceSet: [
      {
        InstanceId: cluster.id.replace('cynosdbmysql', 'cynosdbmysql-ins'),
        InstanceName: cluster.name,
        InstanceType: 'rw',
        InstanceRole: 'master',
        InstanceStatus: status,
        ServerlessStatus: cluster.awake.state,
      },
    ],
  };
}
