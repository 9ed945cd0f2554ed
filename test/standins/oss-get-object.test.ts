/** GetObject and HeadObject of the OSS stand-in, byte by byte and header by header. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCrc64 } from './kernel/crc64.ts';
import { rawClient, type RawAnswer, type RawRequest } from './oss/raw-client.ts';
import { startOss, type OssStandin } from './oss/server.ts';

const credential = { id: 'LTAIstandin', secret: 'standin-secret' };
const lastModified = new Date('2024-03-01T10:20:30Z');
const text = 'The quick brown fox. '.repeat(100);
let oss: OssStandin;
let raw: (ask: RawRequest) => Promise<RawAnswer>;

beforeAll(async () => {
  oss = await startOss({ buckets: { photos: { region: 'oss-cn-hangzhou' } }, credentials: [credential] });
  raw = rawClient({ port: oss.port, bucket: 'photos', ...credential });
  const headers = {
    'content-type': 'text/plain',
    'cache-control': 'max-age=60',
    'content-disposition': 'attachment',
  };
  const described = { headers, meta: { author: 'someone' }, tags: { k: 'v', 'a b': 'c&d' }, lastModified };
  await oss.seed('photos', { key: 'a/b c+d.txt', body: text, ...described });
  await oss.seed('photos', { key: 'old', body: 'old', withoutCrc64: true, lastModified });
  await oss.seed('photos', { key: 'link', body: '', symlinkTarget: 'a/b c+d.txt', meta: { kind: 'link' } });
  await oss.seed('photos', { key: 'dangling', body: '', symlinkTarget: 'nowhere' });
  await oss.seed('photos', { key: 'chain', body: '', symlinkTarget: 'link' });
  await oss.seed('photos', { key: 'cold', body: 'cold', storageClass: 'Archive' });
  await oss.seed('photos', { key: 'thawed', body: 'thawed', storageClass: 'ColdArchive', restored: true });
});
afterAll(() => oss.close());

describe('GetObject', () => {
  it('answers the headers that OSS answers', async () => {
    const { status, headers, body } = await raw({ path: '/a/b%20c%2Bd.txt' });
    const md5 = createHash('md5').update(text).digest();
    expect(status).toBe(200);
    expect(body.toString()).toBe(text);
    expect(headers).toMatchObject({
      server: 'AliyunOSS',
      'x-oss-request-id': expect.stringMatching(/^[0-9A-F]{24}$/) as string,
      etag: `"${md5.toString('hex').toUpperCase()}"`,
      'content-md5': md5.toString('base64'),
      'x-oss-hash-crc64ecma': (await loadCrc64()).of(Buffer.from(text)),
      'x-oss-object-type': 'Normal',
      'x-oss-storage-class': 'Standard',
      'x-oss-tagging-count': '2',
      'x-oss-meta-author': 'someone',
      'last-modified': 'Fri, 01 Mar 2024 10:20:30 GMT',
      'content-type': 'text/plain',
      'cache-control': 'max-age=60',
      'content-disposition': 'attachment',
      'accept-ranges': 'bytes',
    });
  });

  it('answers no checksum for very old objects', async () => {
    expect((await raw({ path: '/old' })).headers).not.toHaveProperty('x-oss-hash-crc64ecma');
  });

  it.each([
    ['bytes=0-9', 206, 'bytes 0-9/2100', text.slice(0, 10)],
    ['bytes=2090-', 206, 'bytes 2090-2099/2100', text.slice(2090)],
    ['bytes=-5', 206, 'bytes 2095-2099/2100', text.slice(-5)],
    ['bytes=2000-2100', 200, undefined, text],
    ['bytes=2100-2200', 200, undefined, text],
    ['bytes=9-3', 200, undefined, text],
    ['byte=0-9', 200, undefined, text],
  ])('answers %s with %i', async (range, status, contentRange, body) => {
    const answer = await raw({ path: '/a/b%20c%2Bd.txt', headers: { range } });
    expect([answer.status, answer.headers['content-range'], answer.text]).toEqual([
      status,
      contentRange,
      body,
    ]);
    expect(answer.headers['content-length']).toBe(String(body.length));
  });

  it.each([
    ['bytes=2000-9999', 206, 'bytes 2000-2099/2100'],
    ['bytes=-9999', 206, 'bytes 0-2099/2100'],
    ['bytes=2100-', 416, undefined],
  ])('answers %s with %i where the standard behaviour is asked for', async (range, status, contentRange) => {
    const headers = { range, 'x-oss-range-behavior': 'standard' };
    const answer = await raw({ path: '/a/b%20c%2Bd.txt', headers });
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange]);
  });

  it.each([
    ['if-match', '"00000000000000000000000000000000"', 412],
    ['if-match', `"${createHash('md5').update('old').digest('hex').toUpperCase()}"`, 200],
    ['if-none-match', createHash('md5').update('old').digest('hex'), 304],
    ['if-none-match', '"0"', 200],
    ['if-modified-since', lastModified.toUTCString(), 304],
    ['if-modified-since', new Date(lastModified.getTime() - 1000).toUTCString(), 200],
    ['if-unmodified-since', lastModified.toUTCString(), 200],
    ['if-unmodified-since', new Date(lastModified.getTime() - 1000).toUTCString(), 412],
  ])('answers %s: %s with %i', async (name, value, status) => {
    const answer = await raw({ path: '/old', headers: { [name]: value } });
    expect([answer.status, answer.text === 'old']).toEqual([status, status === 200]);
  });

  it('compresses text on the fly where gzip is accepted, and then has no ETag and no length', async () => {
    const { headers, body } = await raw({
      path: '/a/b%20c%2Bd.txt',
      headers: { 'accept-encoding': 'gzip, deflate' },
    });
    expect(headers['content-encoding']).toBe('gzip');
    for (const name of ['etag', 'content-length', 'content-md5']) expect(headers).not.toHaveProperty(name);
    expect(gunzipSync(body).toString()).toBe(text);
    const identity = await raw({ path: '/a/b%20c%2Bd.txt', headers: { 'accept-encoding': 'identity' } });
    expect(identity.text).toBe(text);
  });

  it('follows a symlink with its own headers, and with length and ETag of what it leads to', async () => {
    const { headers, text: body } = await raw({ path: '/link' });
    expect(body).toBe(text);
    expect(headers).toMatchObject({
      'x-oss-object-type': 'Symlink',
      'x-oss-meta-kind': 'link',
      'x-oss-hash-crc64ecma': '0',
      etag: `"${createHash('md5').update(text).digest('hex').toUpperCase()}"`,
    });
  });

  it.each([
    ['/dangling', 404, 'SymlinkTargetNotExist'],
    ['/chain', 400, 'InvalidTargetType'],
    ['/cold', 403, 'InvalidObjectState'],
    ['/missing', 404, 'NoSuchKey'],
  ])('refuses %s with %i %s', async (path, status, code) => {
    const answer = await raw({ path });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(`<Code>${code}</Code>`);
    expect(answer.text).toContain(`<RequestId>${String(answer.headers['x-oss-request-id'])}</RequestId>`);
  });

  it('answers a HEAD of an archived object, and the bytes of a restored one', async () => {
    expect((await raw({ method: 'HEAD', path: '/cold' })).headers['x-oss-storage-class']).toBe('Archive');
    const thawed = await raw({ path: '/thawed' });
    expect(thawed.text).toBe('thawed');
    expect(thawed.headers['x-oss-restore']).toContain('ongoing-request="false"');
  });

  it('refuses a HEAD without a body, with the error in a header', async () => {
    const { status, headers, body } = await raw({ method: 'HEAD', path: '/missing' });
    expect([status, body.length]).toEqual([404, 0]);
    expect(Buffer.from(String(headers['x-oss-err']), 'base64').toString()).toContain(
      '<Code>NoSuchKey</Code>',
    );
  });
});
