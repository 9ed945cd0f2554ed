/** Credentials, from the environment alone: never from a task. Read at every use, as a role's are replaced while it runs. */
import type { Credentials } from '../core/endpoint.ts';
import { UserError } from '../core/errors.ts';

export interface StoreCredentials {
  readonly oss: Credentials;
  readonly cos: Credentials;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `UserError` naming every variable that is missing. */
export function readCredentials(env: Environment): StoreCredentials {
  const missing: string[] = [];
  const need = (name: string, fallback?: string): string => {
    const value = env[name] ?? (fallback === undefined ? undefined : env[fallback]);
    if (value === undefined || value === '')
      missing.push(fallback === undefined ? name : `${name} (or, in a function with a role, ${fallback})`);
    return value ?? '';
  };
  const credentials = {
    oss: {
      id: need('OSS_ACCESS_KEY_ID'),
      secret: need('OSS_ACCESS_KEY_SECRET'),
      securityToken: env.OSS_SECURITY_TOKEN,
    },
    cos: {
      id: need('COS_SECRET_ID', 'TENCENTCLOUD_SECRETID'),
      secret: need('COS_SECRET_KEY', 'TENCENTCLOUD_SECRETKEY'),
      // A role's token belongs to the role's key, not to a key set by hand.
      securityToken: env.COS_SECRET_ID === undefined ? env.TENCENTCLOUD_SESSIONTOKEN : env.COS_SECURITY_TOKEN,
    },
  };
  if (missing.length > 0) throw new UserError('credentials are missing in the environment:', missing);
  return credentials;
}

/** The values that must never be printed. */
export function secretsOf(env: Environment): string[] {
  const names = [
    'OSS_ACCESS_KEY_SECRET',
    'OSS_SECURITY_TOKEN',
    'COS_SECRET_KEY',
    'COS_SECURITY_TOKEN',
    'TENCENTCLOUD_SECRETKEY',
    'TENCENTCLOUD_SESSIONTOKEN',
  ];
  return names.flatMap((name) => {
    const value = env[name];
    return value === undefined || value.length < 4 ? [] : [value];
  });
}
