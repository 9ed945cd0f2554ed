/** An account at the stand-in of the cloud API, with an instance, a cluster and a network, and whoever deploys to it. */
import { onTestFinished } from 'vitest';
import { type CloudStandin, startCloud } from '../standins/cloud/server.ts';
import type { CloudOptions, Seeds } from '../standins/cloud/options.ts';
import { noBroker } from '../standins/cloud/ckafka/broker.ts';

export const REGION = 'ap-guangzhou';
const KEY = { id: 'AKIDdeployer0000000000', secret: 'canary-deployer-secret-key' };

export const PLACES = {
  OSS2COS_CKAFKA_ID: 'ckafka-test0001',
  OSS2COS_MYSQL_CLUSTER_ID: 'cynosdbmysql-test0001',
  OSS2COS_VPC_ID: 'vpc-test0001',
  OSS2COS_SUBNET_ID: 'subnet-test0001',
};

/** Values that must never be seen. */
export const CANARIES = {
  OSS_ACCESS_KEY_ID: 'canary-oss-access-key-id',
  OSS_ACCESS_KEY_SECRET: 'canary-oss-access-key-secret',
  OSS2COS_MYSQL_PASSWORD: 'Canary-mysql-passw0rd',
  COS_SECRET_ID: 'canary-cos-secret-id',
  COS_SECRET_KEY: 'canary-cos-secret-key',
};

export interface Account {
  readonly cloud: CloudStandin;
  readonly env: Readonly<Record<string, string>>;
}

const SEEDS: Seeds = {
  vpcs: [{ id: PLACES.OSS2COS_VPC_ID }],
  subnets: [{ id: PLACES.OSS2COS_SUBNET_ID, vpcId: PLACES.OSS2COS_VPC_ID }],
  ckafka: [
    { id: PLACES.OSS2COS_CKAFKA_ID, vpcId: PLACES.OSS2COS_VPC_ID, subnetId: PLACES.OSS2COS_SUBNET_ID },
  ],
  clusters: [
    {
      id: PLACES.OSS2COS_MYSQL_CLUSTER_ID,
      vpcId: PLACES.OSS2COS_VPC_ID,
      subnetId: PLACES.OSS2COS_SUBNET_ID,
    },
  ],
};

/** Closed when the test ends; a planned fault that never happened then fails it. */
export async function openAccount(
  seeds: Partial<Seeds> = {},
  options: Partial<CloudOptions> = {},
): Promise<Account> {
  const cloud = await startCloud({
    keys: [KEY],
    region: REGION,
    kafka: { brokers: '10.0.0.10:9092' },
    mysql: { host: '10.0.0.20', port: 3306 },
    broker: noBroker,
    pollsUntilReady: 0,
    instances: { ...SEEDS, ...seeds },
    ...options,
  });
  onTestFinished(() => cloud.close());
  const env = {
    ...PLACES,
    ...CANARIES,
    TENCENTCLOUD_ENDPOINT: cloud.url,
    TENCENTCLOUD_SECRET_ID: KEY.id,
    TENCENTCLOUD_SECRET_KEY: KEY.secret,
    TENCENTCLOUD_REGION: REGION,
  };
  return { cloud, env };
}

/** Calls that may change something. */
export function writes(cloud: CloudStandin): string[] {
  return cloud.calls
    .filter(({ action }) => !/^(?:Describe|Get|List|Inquire|Search)/.test(action))
    .map(({ service, action }) => `${service}.${action}`);
}
