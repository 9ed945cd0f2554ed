/** TDSQL-C clusters as the control plane keeps them. */
import type { Tag } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cynosdb/v20190107/cynosdb_models.js';
import type { ClusterSeed } from '../options.ts';
import { Pending } from '../pending.ts';

/** `deleted` is answered by nobody: the cluster is no more. */
export type ClusterStatus =
  'creating' | 'running' | 'isolating' | 'isolated' | 'offlining' | 'offlined' | 'deleted';
export type ServerlessStatus = 'resume' | 'resuming' | 'pause';

export interface Cluster {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly dbVersion: string;
  readonly serverless: boolean;
  readonly minCpu: number;
  readonly maxCpu: number;
  readonly autoPause: string;
  readonly tags: readonly Tag[];
  readonly createdMs: number;
  readonly status: Pending<ClusterStatus>;
  readonly awake: Pending<ServerlessStatus>;
}

export function seededCluster(seed: ClusterSeed, nowMs: number): Cluster {
  return {
    id: seed.id,
    name: seed.name ?? seed.id,
    zone: 'ap-guangzhou-3',
    vpcId: seed.vpcId ?? '',
    subnetId: seed.subnetId ?? '',
    dbVersion: '8.0',
    serverless: true,
    minCpu: 0.25,
    maxCpu: 1,
    autoPause: 'yes',
    tags: [],
    createdMs: nowMs,
    status: new Pending<ClusterStatus>('running'),
    awake: new Pending<ServerlessStatus>(seed.paused === true ? 'pause' : 'resume'),
  };
}
