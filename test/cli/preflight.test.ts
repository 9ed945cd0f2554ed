import { afterEach, beforeEach, expect, it } from 'vitest';
import { ENVIRONMENT, type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { startCos } from '../standins/cos/server.ts';
import { startOss } from '../standins/oss/server.ts';
import { shell, taskFile } from './shell.ts';

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
});
afterEach(() => m.close());

it('sides that can be used give status 0, and leave nothing in the target', async () => {
  await m.oss.seed(SOURCE, { key: 'a', body: 'a' });
  const { status, stdout, stderr } = await shell(['preflight', await taskFile(m, {})]);
  expect([status, stdout, stderr]).toEqual([0, `✓ ${SOURCE} can be read, ${TARGET} can be written\n`, '']);
  expect(m.cos.store(TARGET).count).toBe(0);
  expect(m.cos.uploads(TARGET)).toEqual([]);
});

it('what is odd and does not stop a task is told, with status 0', async () => {
  const { status, stdout } = await shell(['preflight', await taskFile(m, { source: { prefix: 'none/' } })]);
  expect(status).toBe(0);
  expect(stdout).toContain('! the source bucket photos lists no object under "none/"');
});

it('a key that may not list is found, with what to grant, and status 1', async () => {
  const { OSS_ACCESS_KEY_ID: id, OSS_ACCESS_KEY_SECRET: secret } = ENVIRONMENT;
  const oss = await startOss({
    buckets: { [SOURCE]: { region: 'oss-cn-hangzhou' } },
    credentials: [{ id, secret, allow: ['GetObject'] }],
  });
  try {
    const path = await taskFile(m, { source: { endpoint: oss.url } });
    const { status, stdout, stderr } = await shell(['preflight', path]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^✗ cannot list and read the source bucket photos: access denied/);
    expect(stdout).toContain('oss:ListObjects');
    expect(stderr).toBe('');
  } finally {
    await oss.close();
  }
});

it('a key that may not look for uploads is found, and nothing is left of the trial', async () => {
  const { COS_SECRET_ID: id, COS_SECRET_KEY: secret } = ENVIRONMENT;
  const cos = await startCos({
    buckets: { [TARGET]: { region: 'ap-guangzhou' } },
    credentials: [{ id, secret, allow: ['InitiateMultipartUpload', 'AbortMultipartUpload', 'GetBucket'] }],
  });
  try {
    const { status, stdout } = await shell([
      'preflight',
      await taskFile(m, { target: { endpoint: cos.url } }),
    ]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^✗ cannot write to the target bucket .*cos:ListMultipartUploads on the prefix/m);
    expect(cos.requests.get('ListMultipartUploads')).toBe(1);
    expect(cos.uploads(TARGET)).toEqual([]);
  } finally {
    await cos.close();
  }
});

it('findings of both sides are printed together', async () => {
  const path = await taskFile(m, {
    source: { bucket: 'nobodys' },
    target: { bucket: 'nobodys-1250000000' },
  });
  const { status, stdout } = await shell(['preflight', path]);
  expect(status).toBe(1);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .every((line) => line.startsWith('✗ ')),
  ).toBe(true);
  expect(stdout).toContain('the source bucket nobodys:');
  expect(stdout).toContain('the target bucket nobodys-1250000000');
});
