/** Credentials, from the environment alone: never from a task. Read at every use, as a role's are replaced while it runs. */
import type { Credentials } from '../core/endpoint.ts';
import { type Environment, Settings } from './settings.ts';

/** Of each store, at the moment of asking. */
export interface CredentialSource {
  oss(): Credentials;
  cos(): Credentials;
}

const MISSING = 'credentials are missing in the environment:';

/** Its functions throw `UserError` naming every variable that is missing. */
export function credentialsIn(env: Environment): CredentialSource {
  const checked = (read: (settings: Settings) => Credentials) => () => {
    const settings = new Settings(env);
    const credentials = read(settings);
    settings.check(MISSING);
    return credentials;
  };
  return { oss: checked(ossCredentials), cos: checked(cosCredentials) };
}

/** Throws `UserError` naming every variable of either store that is missing. */
export function requireCredentials(env: Environment): void {
  const settings = new Settings(env);
  ossCredentials(settings);
  cosCredentials(settings);
  settings.check(MISSING);
}

export function ossCredentials(settings: Settings): Credentials {
  return {
    id: settings.need('OSS_ACCESS_KEY_ID'),
    secret: settings.need('OSS_ACCESS_KEY_SECRET'),
    securityToken: settings.get('OSS_SECURITY_TOKEN'),
  };
}

/** A key set by hand, else the role's of a function: the two are never mixed, nor their tokens. */
export function cosCredentials(settings: Settings): Credentials {
  const isOwn = (settings.get('COS_SECRET_ID') ?? settings.get('COS_SECRET_KEY')) !== undefined;
  const hasRole =
    (settings.get('TENCENTCLOUD_SECRETID') ?? settings.get('TENCENTCLOUD_SECRETKEY')) !== undefined;
  if (!isOwn && hasRole) return roleCredentials(settings);
  const inRole = (name: string) => (isOwn ? undefined : `or, in a function with a role, ${name}`);
  return {
    id: settings.need('COS_SECRET_ID', inRole('TENCENTCLOUD_SECRETID')),
    secret: settings.need('COS_SECRET_KEY', inRole('TENCENTCLOUD_SECRETKEY')),
    securityToken: settings.get('COS_SECURITY_TOKEN'),
  };
}

/** What SCF gives a function with an execution role (document 583/32748). */
export function roleCredentials(settings: Settings): Credentials {
  return {
    id: settings.need('TENCENTCLOUD_SECRETID'),
    secret: settings.need('TENCENTCLOUD_SECRETKEY'),
    securityToken: settings.get('TENCENTCLOUD_SESSIONTOKEN'),
  };
}

/** Variables whose values must never be printed. */
const SECRET_NAMES = [
  'OSS_ACCESS_KEY_SECRET',
  'OSS_SECURITY_TOKEN',
  'COS_SECRET_KEY',
  'COS_SECURITY_TOKEN',
  'TENCENTCLOUD_SECRETKEY',
  'TENCENTCLOUD_SESSIONTOKEN',
  'TENCENTCLOUD_SECRET_KEY',
  'TENCENTCLOUD_TOKEN',
  'OSS2COS_KAFKA_PASSWORD',
  'OSS2COS_MYSQL_PASSWORD',
] as const;

/** The values that must never be printed. */
export function secretsOf(env: Environment): string[] {
  return SECRET_NAMES.flatMap((name) => {
    const value = env[name];
    return value === undefined || value.length < 4 ? [] : [value];
  });
}
