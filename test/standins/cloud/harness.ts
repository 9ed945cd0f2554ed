/** A stand-in with what most tests need, and the vendor's own clients at it. */
import { strToU8, zipSync } from 'fflate';
import { Client as Ckafka } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_client.js';
import { Client as Cls } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_client.js';
import { Client as Cynosdb } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cynosdb/v20190107/cynosdb_client.js';
import { Client as Scf } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_client.js';
import { Client as Vpc } from 'tencentcloud-sdk-nodejs/tencentcloud/services/vpc/v20170312/vpc_client.js';
import { onTestFinished } from 'vitest';
import type { CloudOptions } from './options.ts';
import type { Key } from './signature.ts';
import { type CloudStandin, startCloud } from './server.ts';

export const KEY = { id: 'AKIDtest', secret: 'canary-secret' };
const REGION = 'ap-guangzhou';
export const ROLE_KEY = { id: 'AKIDrole', secret: 'role-secret', token: 'role-token' };

const SEEDS = {
  vpcs: [{ id: 'vpc-one', cidr: '10.0.0.0/16' }],
  subnets: [{ id: 'subnet-one', vpcId: 'vpc-one', cidr: '10.0.0.0/24' }],
  ckafka: [
    {
      id: 'ckafka-one',
      vpcId: 'vpc-one',
      subnetId: 'subnet-one',
      topics: [
        { name: 'segments', partitions: 4 },
        { name: 'guarded', partitions: 1, aclRule: true },
      ],
    },
  ],
  logTopics: [{ logsetId: 'set-one', logsetName: 'logs', topicId: 'topic-one', topicName: 'functions' }],
  secrets: { 'oss2cos/dev': '{"OSS_ACCESS_KEY_ID":"x"}' },
  roles: { oss2cos: ROLE_KEY },
} as const;

export type Configured = ConstructorParameters<typeof Scf>[0];

/** Closed when the test has ended. */
export async function cloudOf(options: Partial<CloudOptions> = {}): Promise<CloudStandin> {
  const cloud = await startCloud({ keys: [KEY], region: REGION, instances: SEEDS, ...options });
  onTestFinished(() => cloud.close());
  return cloud;
}

export function clientsOf({ endpoint }: { readonly endpoint: string }, credential: Key = KEY) {
  const { id: secretId, secret: secretKey, token } = credential;
  const configured: Configured = {
    credential: { secretId, secretKey, ...(token === undefined ? {} : { token }) },
    region: REGION,
    profile: { httpProfile: { endpoint, protocol: 'http://' } },
  };
  return {
    scf: new Scf(configured),
    ckafka: new Ckafka(configured),
    cls: new Cls(configured),
    cynosdb: new Cynosdb(configured),
    vpc: new Vpc(configured),
    configured,
  };
}

/** The code of a refusal; '' where the call was answered. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return '';
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw new Error('it was refused with something else than a code', { cause: error });
}

export function zipOf(source = 'exports.main_handler = async () => 1'): string {
  return Buffer.from(zipSync({ 'index.js': strToU8(source) })).toString('base64');
}

export function functionNamed(FunctionName: string) {
  return {
    FunctionName,
    Code: { ZipFile: zipOf() },
    Handler: 'index.main_handler',
    Runtime: 'Nodejs20.19',
  };
}

/** Asks until a function is Active. */
export async function untilActive(scf: Scf, FunctionName: string): Promise<void> {
  for (let polls = 0; polls < 10; polls += 1) {
    const { Status: status } = await scf.GetFunction({ FunctionName });
    if (status === 'Active') return;
  }
  throw new Error(`${FunctionName} does not become Active`);
}
