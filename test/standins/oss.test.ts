/** The OSS stand-in as ali-oss sees it: every reading and writing action, signed with both versions. */
import OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawClient, type RawAnswer, type RawRequest } from './oss/raw-client.ts';
import { startOss, type OssStandin } from './oss/server.ts';

const credential = { id: 'LTAIstandin', secret: 'standin-secret' };
const temporary = { id: 'STS.standin', secret: 'other-secret', securityToken: 'a-token' };
let oss: OssStandin;
let raw: (ask: RawRequest) => Promise<RawAnswer>;

function client(
  authorizationV4: boolean,
  { id, secret, securityToken }: { id: string; secret: string; securityToken?: string } = credential,
): OSS {
  const options = {
    accessKeyId: id,
    accessKeySecret: secret,
    region: 'oss-cn-hangzhou',
    bucket: 'photos',
    endpoint: oss.url,
  };
  const silent = { refreshSTSTokenInterval: 3_600_000 };
  return new OSS({
    ...options,
    authorizationV4,
    ...(securityToken ? { stsToken: securityToken, ...silent } : {}),
  });
}

/** Missing in the SDK's type file. */
interface Untyped {
  getObjectTagging(name: string): Promise<{ tag: Record<string, string> }>;
  getBucketVersioning(bucket: string): Promise<{ versionStatus?: string }>;
}

beforeAll(async () => {
  oss = await startOss({
    buckets: {
      photos: { region: 'oss-cn-hangzhou', versioning: 'Suspended' },
    },
    credentials: [credential, temporary],
  });
  raw = rawClient({ port: oss.port, bucket: 'photos', ...credential });
  await oss.seed('photos', { key: 'a/b c+d.txt', body: 'text', tags: { k: 'v', 'a b': 'c&d' } });
  await oss.seed('photos', { key: 'old', body: 'old' });
  await oss.seed('photos', { key: 'link', body: '', symlinkTarget: 'a/b c+d.txt' });
});
afterAll(() => oss.close());

describe.each([
  ['version 1', false],
  ['version 4', true],
])('through ali-oss with signature %s', (_name, v4) => {
  it.each(['a/b c+d.txt', '中文/😀.txt', 'a//b', "it's (a) *star*!", '%41&b=c?d#e'])(
    'puts, gets, heads and deletes %s',
    async (key) => {
      const sdk = client(v4);
      const name = `${String(v4)}/${key}`;
      await sdk.put(name, Buffer.from('hello'), {
        headers: { 'x-oss-meta-title': 'x' },
        mime: 'text/markdown',
      });
      const got = await sdk.get(name);
      expect(String(got.content)).toBe('hello');
      expect(oss.store('photos').get(name)?.headers).toEqual({ 'content-type': 'text/markdown' });
      expect((await sdk.head(name)).meta).toEqual({ title: 'x' });
      await sdk.delete(name);
      expect(oss.store('photos').get(name)).toBeUndefined();
      await expect(sdk.get(name)).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
      await expect(sdk.head(name)).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
    },
  );

  it('lists with prefix and delimiter', async () => {
    const { objects, prefixes } = await client(v4).listV2(
      { prefix: '', delimiter: '/', 'max-keys': '1000' },
      {},
    );
    expect(objects.map(({ name }) => name)).toEqual(['link', 'old']);
    expect(prefixes).toEqual(['a/']);
  });

  it('answers tags, symlinks, and what the bucket is', async () => {
    const sdk = client(v4) as OSS & Untyped;
    expect((await sdk.getObjectTagging('a/b c+d.txt')).tag).toEqual({ k: 'v', 'a b': 'c&d' });
    expect((await sdk.getSymlink('link')).targetName).toBe('a/b c+d.txt');
    await expect(sdk.getSymlink('old')).rejects.toMatchObject({ code: 'NotSymlink' });
    const { bucket } = (await sdk.getBucketInfo('photos')) as { bucket: unknown };
    expect(bucket).toMatchObject({ Name: 'photos', Location: 'oss-cn-hangzhou', Versioning: 'Suspended' });
    expect(await sdk.getBucketVersioning('photos')).toMatchObject({ versionStatus: 'Suspended' });
  });

  it('takes temporary credentials with their token only', async () => {
    expect((await client(v4, temporary).get('old')).res.status).toBe(200);
    const { id, secret } = temporary;
    await expect(client(v4, { id, secret }).get('old')).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
    await expect(client(v4, { id, secret, securityToken: 'b' }).get('old')).rejects.toMatchObject({
      code: 'InvalidSecurityToken',
    });
  });

  it('refuses a wrong secret and says what it signed', async () => {
    const refused = client(v4, { ...credential, secret: 'wrong' }).get('old');
    await expect(refused).rejects.toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });
});

it('cannot be reached through ali-oss for keys with `..`: the SDK rewrites the path that it signed', async () => {
  await expect(client(false).put('a/../b', Buffer.from(''))).rejects.toMatchObject({
    code: 'SignatureDoesNotMatch',
  });
  expect((await raw({ method: 'PUT', path: '/a//b/../+/./c', body: 'hello' })).status).toBe(200);
  expect(oss.store('photos').get('a//b/../+/./c')?.size).toBe(5);
  expect((await raw({ path: '/a//b/../+/./c' })).text).toBe('hello');
  expect((await raw({ method: 'DELETE', path: '/a//b/../+/./c' })).status).toBe(204);
});

describe('signature version 4', () => {
  it('covers additional headers', async () => {
    const options = { headers: { range: 'bytes=1-2' }, additionalHeaders: ['range'] };
    expect(String((await client(true).get('old', options as OSS.GetObjectOptions)).content)).toBe('ld');
  });

  it('is refused for another region than that of the bucket', async () => {
    const { id, secret } = credential;
    const keys = { accessKeyId: id, accessKeySecret: secret, bucket: 'photos', endpoint: oss.url };
    const elsewhere = new OSS({ ...keys, region: 'oss-cn-beijing', authorizationV4: true });
    await expect(elsewhere.get('old')).rejects.toMatchObject({ code: 'InvalidArgument', status: 400 });
  });
});
