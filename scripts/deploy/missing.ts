/** What an account has to give before anything can be deployed: told in one message, with the ways to give it. */
import type { FunctionSettings, Settings, Variables } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const CREDENTIALS = ['TENCENTCLOUD_SECRET_ID', 'TENCENTCLOUD_SECRET_KEY'] as const;

export function missingCredentials(settings: Settings, env: Environment): string[] {
  const region =
    settings.region === ''
      ? ['the region: --region ap-guangzhou, --param="region=…" or TENCENTCLOUD_REGION']
      : [];
  return [
    ...CREDENTIALS.filter((name) => isUnset(env, name)).map((name) => `${name} in the environment`),
    ...region,
  ];
}

/** For deploying; what is provisioned need not be given. */
export function missingForDeploy(settings: Settings, env: Environment): string[] {
  const { provision } = settings;
  return [
    ...missingCredentials(settings, env),
    ...(provision ? missingForProvision(settings, env) : missingPlaces(settings)),
    ...missingTarget(settings, env),
    ...missingSecrets(settings, env).map(
      (name) => `${name} in the environment (or, for all secrets, provider.ssm)`,
    ),
  ];
}

function missingSecrets(settings: Settings, env: Environment): string[] {
  const needed = settings.functions.flatMap((fn) => secretsFor(fn, settings));
  const unset = needed.filter((secret) => !secret.optional && isUnset(env, secret.name));
  return [...new Set(unset.map((secret) => secret.name))];
}

/** What the function's environment gets from deploy's own. None where the functions read a secret of SSM instead. */
export function secretsFor(fn: FunctionSettings, settings: Settings) {
  if (settings.ssm !== undefined) return [];
  const always = (name: string) => ({ name, optional: false });
  const kafka = usesAccess(fn, settings) ? ['OSS2COS_KAFKA_USERNAME', 'OSS2COS_KAFKA_PASSWORD'] : [];
  const mysql = usesDatabase(fn) ? ['OSS2COS_MYSQL_PASSWORD'] : [];
  return [...fn.secrets, ...[...kafka, ...mysql].map(always)];
}

export function secretValues(fn: FunctionSettings, settings: Settings, env: Environment): Variables {
  const set = secretsFor(fn, settings).filter(({ name }) => !isUnset(env, name));
  return Object.fromEntries(set.map(({ name }) => [name, env[name] ?? '']));
}

/** Outside the VPC Kafka is reached by its public SASL route. */
export function usesAccess(fn: FunctionSettings, { kafka }: Settings): boolean {
  return !fn.inVpc && kafka.access !== undefined;
}

/** Copy has no database. */
export function usesDatabase(fn: FunctionSettings): boolean {
  return fn.key !== 'copy';
}

function* missingPlaces({ kafka, mysql, vpcId, subnetId, functions }: Settings): Generator<string> {
  if (kafka.instanceId === undefined)
    yield 'the CKafka instance: --param="ckafka=ckafka-…" or OSS2COS_CKAFKA_ID';
  if (mysql.clusterId === undefined && mysql.host === undefined)
    yield 'the TDSQL-C cluster: --param="mysql=cynosdbmysql-…" or OSS2COS_MYSQL_CLUSTER_ID (or provider.mysql.host)';
  if (!functions.some((fn) => fn.inVpc)) return;
  if (vpcId === undefined) yield 'the VPC: --param="vpc=vpc-…" or OSS2COS_VPC_ID';
  if (subnetId === undefined) yield 'its subnet: --param="subnet=subnet-…" or OSS2COS_SUBNET_ID';
}

/** Without either, no function could read or write a state object. */
function missingTarget({ role, ssm }: Settings, env: Environment): string[] {
  const hasKey = !isUnset(env, 'COS_SECRET_ID') && !isUnset(env, 'COS_SECRET_KEY');
  if (role !== undefined) return [];
  if (ssm !== undefined)
    return ['the role that lets the functions at the secret: --param="role=…" or OSS2COS_ROLE'];
  if (hasKey) return [];
  return [
    'what lets the functions at COS: a role by --param="role=…" or OSS2COS_ROLE, else COS_SECRET_ID and COS_SECRET_KEY in the environment',
  ];
}

function* missingForProvision(settings: Settings, env: Environment): Generator<string> {
  const { zone, mysql, vpcId, subnetId } = settings;
  if (vpcId !== undefined && subnetId === undefined)
    yield 'a subnet of the VPC that is given: --param="subnet=subnet-…" or OSS2COS_SUBNET_ID';
  if (zone === undefined)
    yield 'the zone for what is provisioned: --param="zone=ap-guangzhou-6" or OSS2COS_ZONE';
  const isNewCluster = mysql.clusterId === undefined && mysql.host === undefined;
  if (isNewCluster && isUnset(env, 'OSS2COS_MYSQL_PASSWORD'))
    yield 'OSS2COS_MYSQL_PASSWORD in the environment: the password that the new cluster gets';
}

function isUnset(env: Environment, name: string): boolean {
  return (env[name] ?? '') === '';
}
