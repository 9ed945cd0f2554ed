/**
 * Secrets that stand in Tencent's Secrets Manager (SSM) instead of a function's configuration: one secret whose value
 * is a JSON object of variable names and values, read with the function's role.
 */
import type { ssm } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ssm/index.js';
import { requireTls } from '../core/endpoint.ts';
import { UserError } from '../core/errors.ts';
import { roleCredentials } from './environment.ts';
import { Settings } from './settings.ts';

type MutableEnvironment = Record<string, string | undefined>;
type SsmClient = InstanceType<(typeof ssm)['v20190923']['Client']>;

const NAME = 'OSS2COS_SSM_SECRET';
/** After this long they are read again: a secret that was rotated reaches warm instances too. */
const KEPT_MS = 600_000;

const readAtMs = new WeakMap<MutableEnvironment, number>();

/** Adds what the secret named by `OSS2COS_SSM_SECRET` (`NAME:VERSION`) holds to `env`; nothing where none is named. Throws `UserError`. */
export async function addSecrets(env: MutableEnvironment, nowMs: number): Promise<void> {
  const name = new Settings(env).get(NAME);
  if (name === undefined || nowMs - (readAtMs.get(env) ?? -Infinity) < KEPT_MS) return;
  Object.assign(env, variablesOf(name, await readSecret(env, name)));
  readAtMs.set(env, nowMs);
}

async function readSecret(env: MutableEnvironment, name: string): Promise<string> {
  const [, SecretName, VersionId] = /^([\w-]+):([\w.-]+)$/.exec(name) ?? [];
  if (SecretName === undefined || VersionId === undefined)
    throw new UserError(`${NAME} is NAME:VERSION, such as oss2cos:v1 (document 1078/38649), not ${name}`);
  const client = await clientFor(env);
  try {
    const { SecretString } = await client.GetSecretValue({ SecretName, VersionId });
    return SecretString ?? '';
  } catch (error) {
    const { code, requestId } = error as { code?: string; requestId?: string };
    throw new UserError(
      `the secret ${name} (${NAME}) could not be read: ${code ?? 'no answer'}, request id ${requestId ?? 'none'}; the function’s role needs ssm:GetSecretValue on it`,
    );
  }
}

/** Loaded only where a secret is named: the SDK is most of a function's start. */
async function clientFor(env: MutableEnvironment): Promise<SsmClient> {
  const settings = new Settings(env);
  const { id, secret, securityToken } = roleCredentials(settings);
  const region = settings.need('TENCENTCLOUD_REGION');
  settings.check(`${NAME} is set, and what a function with a role has in its environment is missing:`);
  const { ssm } = await import('tencentcloud-sdk-nodejs/tencentcloud/services/ssm/index.js');
  const endpoint = settings.get('OSS2COS_SSM_ENDPOINT');
  return new ssm.v20190923.Client({
    credential: {
      secretId: id,
      secretKey: secret,
      ...(securityToken === undefined ? {} : { token: securityToken }),
    },
    region,
    ...(endpoint === undefined ? {} : { profile: { httpProfile: httpProfileOf(endpoint) } }),
  });
}

/** `https://ssm.internal.tencentcloudapi.com` in a VPC without public access. */
function httpProfileOf(url: string): { protocol: string; endpoint: string } {
  requireTls('OSS2COS_SSM_ENDPOINT', url);
  const parts = /^(https?:\/\/)([^/]+)\/?$/.exec(url);
  if (parts === null) throw new UserError(`OSS2COS_SSM_ENDPOINT is https://HOST, not ${url}`);
  return { protocol: parts[1] ?? '', endpoint: parts[2] ?? '' };
}

/** Never quotes what it read. */
function variablesOf(name: string, text: string): Record<string, string> {
  const wanted = `the secret ${name} (${NAME}) must hold a JSON object of variable names and texts`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(wanted);
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || Object.values(value as object).some((one) => typeof one !== 'string'))
    throw new UserError(wanted);
  return value as Record<string, string>;
}
