import { describe, expect, it } from 'vitest';
import { UserError } from '../../lib/core/errors.ts';
import { credentialsIn, requireCredentials, secretsOf } from '../../lib/runtime/environment.ts';

const OSS = { OSS_ACCESS_KEY_ID: 'oss-id', OSS_ACCESS_KEY_SECRET: 'oss-secret' };
const OWN = { COS_SECRET_ID: 'cos-id', COS_SECRET_KEY: 'cos-secret' };
const ROLE = {
  TENCENTCLOUD_SECRETID: 'role-id',
  TENCENTCLOUD_SECRETKEY: 'role-secret',
  TENCENTCLOUD_SESSIONTOKEN: 'role-token',
};

function both(env: Record<string, string>) {
  const credentials = credentialsIn(env);
  return { oss: credentials.oss(), cos: credentials.cos() };
}

describe('credentials', () => {
  it('are those set by hand before those of the role, never one half of each', () => {
    const cos = credentialsIn({ ...OSS, ...OWN, ...ROLE }).cos();
    expect(cos).toEqual({ id: 'cos-id', secret: 'cos-secret', securityToken: undefined });
  });

  it('are the role’s, with its token, where none are set by hand', () => {
    const { oss, cos } = both({ ...OSS, ...ROLE, OSS_SECURITY_TOKEN: 'sts' });
    expect(cos).toEqual({ id: 'role-id', secret: 'role-secret', securityToken: 'role-token' });
    expect(oss).toEqual({ id: 'oss-id', secret: 'oss-secret', securityToken: 'sts' });
  });

  it('that are set and empty count as not set', () => {
    const cos = credentialsIn({ ...ROLE, COS_SECRET_ID: '', COS_SECRET_KEY: '' }).cos();
    expect(cos).toEqual({ id: 'role-id', secret: 'role-secret', securityToken: 'role-token' });
  });

  it('that are missing are all named', () => {
    const missing = (env: Record<string, string>) => {
      try {
        requireCredentials(env);
      } catch (error) {
        if (error instanceof UserError) return error.mistakes.map((text) => text.split(' ')[0]);
      }
      return [];
    };
    expect(missing({})).toEqual([
      'OSS_ACCESS_KEY_ID',
      'OSS_ACCESS_KEY_SECRET',
      'COS_SECRET_ID',
      'COS_SECRET_KEY',
    ]);
    expect(missing({ ...OSS, COS_SECRET_ID: 'x' })).toEqual(['COS_SECRET_KEY']);
    expect(missing({ ...OSS, COS_SECRET_ID: 'x', ...ROLE })).toEqual(['COS_SECRET_KEY']);
  });

  it('are read anew each time', () => {
    const env = { ...OSS, ...ROLE };
    const credentials = credentialsIn(env);
    expect(credentials.cos().id).toBe('role-id');
    env.TENCENTCLOUD_SECRETID = 'next-id';
    expect(credentials.cos().id).toBe('next-id');
  });
});

describe('secrets', () => {
  it('are every value that must not be printed, and no id', () => {
    const env = { ...OSS, ...OWN, ...ROLE, OSS_SECURITY_TOKEN: 'oss-token', COS_SECURITY_TOKEN: 'cos-token' };
    const ids = ['oss-id', 'cos-id', 'role-id'];
    const values = Object.values(env).filter((value) => !ids.includes(value));
    expect(secretsOf(env).toSorted()).toEqual(values.toSorted());
  });
});
