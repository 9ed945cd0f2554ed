/** A function as the control plane keeps it. */
import type {
  Environment,
  PublicNetConfigIn,
  Tag,
  VpcConfig,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_models.js';
import type { Pending } from '../pending.ts';
import type { ActiveTrigger } from '../runtime.ts';

export type FunctionStatus = 'Creating' | 'CreateFailed' | 'Active' | 'Updating' | 'UpdateFailed';

export interface CloudFunction {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly runtime: string;
  readonly type: string;
  readonly tags: readonly Tag[];
  readonly addedMs: number;
  modifiedMs: number;
  readonly status: Pending<FunctionStatus>;
  code: FunctionCode;
  settings: Settings;
  reservedMb: number | undefined;
  readonly triggers: TriggerRecord[];
}

export interface FunctionCode {
  readonly zip: Uint8Array;
  readonly sha256: string;
}

/** What `UpdateFunctionConfiguration` can change, and the handler. */
export interface Settings {
  readonly Handler: string;
  readonly Description: string;
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly InitTimeout: number;
  readonly Environment: Environment;
  readonly Role: string;
  readonly VpcConfig: VpcConfig;
  readonly PublicNetConfig: PublicNetConfigIn;
  readonly InstallDependency: string;
  readonly ClsLogsetId: string;
  readonly ClsTopicId: string;
  readonly DnsCache: string;
}

export interface TriggerRecord {
  readonly type: string;
  readonly name: string;
  readonly qualifier: string;
  readonly addedMs: number;
  modifiedMs: number;
  enabled: boolean;
  /** As it is answered: JSON. */
  desc: string;
  argument: string;
  description: string;
  /** What the runtime is to do; nothing for the types that are only kept. */
  active: ActiveTrigger | undefined;
}

export function functionKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
