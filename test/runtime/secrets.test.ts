/** A function's secrets, read from Secrets Manager through the real SDK. */
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { addSecrets } from '../../lib/runtime/secrets.ts';
import { type CloudStandin, startCloud } from '../standins/cloud/server.ts';

const ROLE = { id: 'role-id', secret: 'role-canary-secret', token: 'role-token' };

let cloud: CloudStandin;
let env: Record<string, string | undefined>;
beforeEach(async () => {
  cloud = await startCloud({
    keys: [],
    region: 'ap-guangzhou',
    instances: {
      roles: { functions: ROLE },
      secrets: {
        oss2cos: '{"OSS_ACCESS_KEY_ID":"oss-id","OSS_ACCESS_KEY_SECRET":"oss-canary"}',
        text: 'canary that is no JSON',
        nested: '{"OSS_ACCESS_KEY_SECRET":{"canary":1}}',
      },
    },
  });
  onTestFinished(() => cloud.close());
  env = {
    TENCENTCLOUD_REGION: 'ap-guangzhou',
    TENCENTCLOUD_SECRETID: ROLE.id,
    TENCENTCLOUD_SECRETKEY: ROLE.secret,
    TENCENTCLOUD_SESSIONTOKEN: ROLE.token,
    OSS2COS_SSM_ENDPOINT: cloud.url,
  };
});

it('adds what the secret holds to the environment, and reads it again after ten minutes', async () => {
  env.OSS2COS_SSM_SECRET = 'oss2cos:v1';
  await addSecrets(env, 0);
  expect(env).toMatchObject({ OSS_ACCESS_KEY_ID: 'oss-id', OSS_ACCESS_KEY_SECRET: 'oss-canary' });
  await addSecrets(env, 599_999);
  expect(cloud.calls).toHaveLength(1);
  expect(cloud.calls[0]?.params).toEqual({ SecretName: 'oss2cos', VersionId: 'v1' });
  await addSecrets(env, 600_000);
  expect(cloud.calls).toHaveLength(2);
});

it('asks for nothing where no secret is named', async () => {
  await addSecrets({ ...env, OSS2COS_SSM_SECRET: '' }, 0);
  expect(cloud.calls).toHaveLength(0);
});

it('says what is wrong, and what to do, without quoting what it read', async () => {
  const problem = async (changes: Record<string, string | undefined>) => {
    const error: unknown = await addSecrets({ ...env, ...changes }, 0).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'UserError' });
    expect(String(error)).not.toContain('canary');
    return String(error);
  };
  expect(await problem({ OSS2COS_SSM_SECRET: 'oss2cos' })).toContain('NAME:VERSION');
  expect(await problem({ OSS2COS_SSM_SECRET: 'missing:v1' })).toMatch(
    /ResourceNotFound.*request id .*GetSecretValue/,
  );
  expect(await problem({ OSS2COS_SSM_SECRET: 'text:v1' })).toContain('JSON object');
  expect(await problem({ OSS2COS_SSM_SECRET: 'nested:v1' })).toContain('JSON object');
  expect(await problem({ OSS2COS_SSM_SECRET: 'oss2cos:v1', TENCENTCLOUD_SECRETID: undefined })).toContain(
    'TENCENTCLOUD_SECRETID',
  );
  expect(await problem({ OSS2COS_SSM_SECRET: 'oss2cos:v1', OSS2COS_SSM_ENDPOINT: 'ssm.example' })).toContain(
    'OSS2COS_SSM_ENDPOINT',
  );
});

it('is never asked of another machine in the clear', async () => {
  for (const url of ['http://ssm.internal.example', 'http://127.0.0.1@ssm.example']) {
    const asking = addSecrets({ ...env, OSS2COS_SSM_SECRET: 'oss2cos:v1', OSS2COS_SSM_ENDPOINT: url }, 0);
    await expect(asking).rejects.toThrow('OSS2COS_SSM_ENDPOINT: only an address of this machine may be http');
  }
});
