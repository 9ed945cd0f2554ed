/** Networks as the control plane keeps them. */
import type { Tag } from 'tencentcloud-sdk-nodejs/tencentcloud/services/vpc/v20170312/vpc_models.js';
import type { Seeds } from '../options.ts';

export interface Vpc {
  readonly id: string;
  readonly name: string;
  readonly cidr: string;
  readonly tags: readonly Tag[];
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly name: string;
  readonly cidr: string;
  readonly zone: string;
  readonly tags: readonly Tag[];
}

export function seededVpcs({ vpcs = [] }: Seeds): Vpc[] {
  return vpcs.map(({ id, name = id, cidr = '10.0.0.0/16' }) => ({ id, name, cidr, tags: [] }));
}

export function seededSubnets({ subnets = [] }: Seeds): Subnet[] {
  return subnets.map(({ id, vpcId, name = id, cidr = '10.0.0.0/24', zone = 'ap-guangzhou-3' }) => {
    return { id, vpcId, name, cidr, zone, tags: [] };
  });
}
