/** A service as the framework hands it over, its functions small enough to be built at once; and commands run in this process. */
import type { Package } from '../../scripts/deploy/bundle.ts';
import { type Context, makeContext } from '../../scripts/deploy/context.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import type { Framework, Options, Output } from '../../scripts/deploy/framework.ts';
import { FUNCTION_KEYS } from '../../scripts/deploy/names.ts';
import { hashOf, zipOf } from '../../scripts/deploy/zip.ts';
import { REGION, type Account } from './account.ts';

export type Tree = Readonly<Record<string, unknown>>;

const OSS = ['OSS_ACCESS_KEY_ID', 'OSS_ACCESS_KEY_SECRET', 'OSS_SECURITY_TOKEN?'];

const FUNCTIONS: Readonly<Record<string, Tree>> = {
  planner: { secrets: OSS, events: [{ ckafka: { topic: 'ranges', retry: 3 } }] },
  copy: { secrets: OSS, events: [{ ckafka: { topic: 'segments', retry: 3 } }] },
  reporter: {
    events: [{ ckafka: { topic: 'results', batch: 100, waitS: 5 } }, { timer: { cron: '0 */1 * * * * *' } }],
  },
};

export interface Changes {
  readonly provider?: Tree;
  readonly functions?: Readonly<Record<string, Tree>>;
}

export function framework(
  env: Readonly<Record<string, string | undefined>>,
  changes: Changes = {},
): Framework {
  const provider = {
    name: 'tencent',
    region: env.TENCENTCLOUD_REGION ?? '',
    vpc: { vpcId: env.OSS2COS_VPC_ID ?? '', subnetId: env.OSS2COS_SUBNET_ID ?? '' },
    secrets: ['COS_SECRET_ID?', 'COS_SECRET_KEY?'],
    ...changes.provider,
    kafka: { instanceId: env.OSS2COS_CKAFKA_ID ?? '', ...(changes.provider?.kafka as Tree | undefined) },
    mysql: {
      clusterId: env.OSS2COS_MYSQL_CLUSTER_ID ?? '',
      ...(changes.provider?.mysql as Tree | undefined),
    },
  };
  const functions = Object.fromEntries(
    Object.entries({ ...FUNCTIONS, ...changes.functions }).map(([key, fn]) => [
      key,
      {
        name: `oss2cos-dev-${key}`,
        handler: `functions/${key}.main_handler`,
        ...FUNCTIONS[key],
        ...fn,
      },
    ]),
  );
  return {
    serviceDir: '/nowhere',
    service: { service: 'oss2cos', provider, functions },
    processedInput: { commands: [] },
    configSchemaHandler: { defineProvider: () => undefined },
    setProvider: () => undefined,
  };
}

export interface Heard {
  readonly lines: string[];
  readonly answers: string[];
  readonly output: Output;
}

export function ear(): Heard {
  const lines: string[] = [];
  const answers: string[] = [];
  const hear = (text: string) => void lines.push(text);
  const log = { error: hear, warning: hear, info: hear, notice: Object.assign(hear, { success: hear }) };
  const progress = { get: () => ({ notice: () => undefined, remove: () => undefined }) };
  return { lines, answers, output: { log, progress, writeText: (text) => void answers.push(text) } };
}

/** A function's code is a line that names it and its version. */
function packages(version = 1): Package[] {
  return FUNCTION_KEYS.map((key) => {
    const code = `exports.main_handler = async () => '${key} ${version}';`;
    const zip = zipOf({ 'index.js': code });
    return { key, code, zip, hash: hashOf(zip) };
  });
}

export function contextFor(
  { env }: Account,
  heard: Heard,
  changes: Changes = {},
  options: Options = {},
): Context {
  return makeContext(framework({ ...env, TENCENTCLOUD_REGION: REGION }, changes), options, heard.output, env);
}

/** Answers the lines that were said. */
export async function deployTo(
  account: Account,
  changes: Changes = {},
  version = 1,
  only?: string,
): Promise<string[]> {
  const heard = ear();
  await deploy(contextFor(account, heard, changes), packages(version), only);
  return heard.lines;
}
