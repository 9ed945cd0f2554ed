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
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const need = (name: string, fallback?: string): string => {
    const value = set(name) ?? (fallback === undefined ? undefined : set(fallback));
    if (value === undefined)
      missing.push(fallback === undefined ? name : `${name} (or, in a function with a role, ${fallback})`);
    return value ?? '';
  };
  // A key set by hand and the role's key are never mixed, nor their tokens.
  const isOwn = (set('COS_SECRET_ID') ?? set('COS_SECRET_KEY')) !== undefined;
  const credentials = {
    oss: {
      id: need('OSS_ACCESS_KEY_ID'),
      secret: need('OSS_ACCESS_KEY_SECRET'),
      securityToken: set('OSS_SECURITY_TOKEN'),
    },
    cos: {
      id: need('COS_SECRET_ID', isOwn ? undefined : 'TENCENTCLOUD_SECRETID'),
      secret: need('COS_SECRET_KEY', isOwn ? undefined : 'TENCENTCLOUD_SECRETKEY'),
      securityToken: set(isOwn ? 'COS_SECURITY_TOKEN' : 'TENCENTCLOUD_SESSIONTOKEN'),
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
