/** The COS stand-in through the vendor's own SDK: one object at a time, its headers, limits and refusals. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type COS from 'cos-nodejs-sdk-v5';
import { BUCKET, IDENTITY, raw, REGION, sdk, startTestCos, VERSIONED } from './cos/harness.ts';
import type { CosStandin } from './cos/server.ts';
import { generatedBody } from './kernel/object.ts';

const CHECK = '123456789';
const CHECK_CRC64 = '11051210869376104954';
const CHECK_MD5 = createHash('md5').update(CHECK).digest();
const NOW = new Date('2026-03-01T12:00:00.789Z');

let standin: CosStandin;
let cos: COS;
beforeAll(async () => {
  standin = await startTestCos();
  cos = sdk(standin);
});
afterAll(() => standin.close());

function put(key: string, headers: Record<string, string> = {}, body = CHECK): Promise<COS.PutObjectResult> {
  return cos.putObject({ ...IDENTITY, Key: key, Body: body, Headers: headers });
}

test('an upload is answered with quoted ETag, CRC-64, request id and no body', async () => {
  const { headers, ETag, statusCode } = await put('answered');
  expect({ statusCode, ETag }).toEqual({ statusCode: 200, ETag: `"${CHECK_MD5.toString('hex')}"` });
  expect(headers).toMatchObject({
    'x-cos-hash-crc64ecma': CHECK_CRC64,
    'content-length': '0',
    server: 'tencent-cos',
    'x-cos-request-id': expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
  });
  expect(headers).not.toHaveProperty('x-cos-version-id');
});

test('headers, metadata, tags and class come back as they were sent', async () => {
  const kept = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'max-age=60',
    'Content-Disposition': `attachment; filename*=UTF-8''%E7%85%A7.jpg`,
    'Content-Encoding': 'identity',
    'Content-Language': 'zh-CN',
    Expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
    'x-cos-meta-origin': 'https://a.example/?b=c&d',
    'x-cos-storage-class': 'STANDARD_IA',
  };
  await put('attributes', { ...kept, 'x-cos-tagging': 'team=%E5%9B%BE&stage=a%2Bb' });
  const { headers } = await cos.headObject({ ...IDENTITY, Key: 'attributes' });
  const lowerCase = Object.fromEntries(
    Object.entries(kept).map(([name, text]) => [name.toLowerCase(), text]),
  );
  expect(headers).toMatchObject({ ...lowerCase, 'x-cos-tagging-count': '2', 'content-length': '9' });
  const { Tags } = await cos.getObjectTagging({ ...IDENTITY, Key: 'attributes' });
  expect(Tags).toEqual([
    { Key: 'team', Value: '图' },
    { Key: 'stage', Value: 'a+b' },
  ]);
});

test('a plain object has no class, tag or cache header', async () => {
  await put('plain');
  const { headers } = await cos.headObject({ ...IDENTITY, Key: 'plain' });
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-cos-object-type': 'normal',
  });
  for (const name of ['x-cos-storage-class', 'x-cos-tagging-count', 'cache-control', 'content-md5']) {
    expect(headers).not.toHaveProperty(name);
  }
});

test.each([
  'a//b',
  'a/../b',
  './a',
  'a b+c%2F',
  '照片/é\u0301.jpg',
  'emoji 😀',
  'q?x=1&y#z',
  '~!*\'()"<>',
  'a/',
])('the key %j is stored and read under that very name', async (key) => {
  await put(key, {}, key);
  expect(standin.store(BUCKET).get(key)?.size).toBe(Buffer.byteLength(key));
  expect((await cos.getObject({ ...IDENTITY, Key: key })).Body.toString()).toBe(key);
  expect((await cos.deleteObject({ ...IDENTITY, Key: key })).statusCode).toBe(204);
  expect(standin.store(BUCKET).get(key)).toBeUndefined();
});

test.each([
  ['a key of 851 bytes', 'é'.repeat(425) + 'a', {}, 'KeyTooLong'],
  ['a key with a leading slash', '/a', {}, 'InvalidObjectName'],
  ['a key with a leading backslash', '\\a', {}, 'InvalidObjectName'],
  ['a key with a control character', 'a\x1bb', {}, 'InvalidObjectName'],
  ['metadata above 2 KiB', 'k', { 'x-cos-meta-a': 'x'.repeat(2_048) }, 'KeyTooLong'],
  ['a metadata name with an underscore', 'k', { 'x-cos-meta-a_b': 'x' }, 'InvalidArgument'],
  ['an unknown storage class', 'k', { 'x-cos-storage-class': 'COLD' }, 'NotSupportedStorageClass'],
  [
    'eleven tags',
    'k',
    { 'x-cos-tagging': Array.from({ length: 11 }, (_, n) => `t${String(n)}=1`).join('&') },
    'InvalidTag',
  ],
  ['a tag without a value', 'k', { 'x-cos-tagging': 'a=' }, 'InvalidTag'],
  ['a Content-MD5 that is none', 'k', { 'Content-MD5': 'abc' }, 'InvalidDigest'],
  ['the Content-MD5 of other bytes', 'k', { 'Content-MD5': '1B2M2Y8AsgTpgAmY7PhCfg==' }, 'BadDigest'],
])('%s is refused with 400 and stores nothing', async (_what, key, headers, code) => {
  const answer = await raw(standin, { method: 'PUT', key, headers, body: CHECK });
  expect(answer).toMatchObject({ status: 400, code });
  expect(standin.store(BUCKET).get(key)).toBeUndefined();
});

test('a key of 850 bytes and the right Content-MD5 are accepted', async () => {
  const key = 'é'.repeat(425);
  await put(key, { 'Content-MD5': CHECK_MD5.toString('base64') });
  expect(standin.store(BUCKET).get(key)?.crc64).toBe(CHECK_CRC64);
});

test('forbid-overwrite is a 409 that keeps the object there, and counts for nothing with versioning', async () => {
  const forbid = { 'x-cos-forbid-overwrite': 'true' };
  await put('guarded', forbid, 'first');
  await expect(put('guarded', forbid, 'second')).rejects.toMatchObject({
    statusCode: 409,
    code: 'FileAlreadyExists',
  });
  expect((await cos.getObject({ ...IDENTITY, Key: 'guarded' })).Body.toString()).toBe('first');
  const versioned = { Bucket: VERSIONED, Region: REGION, Key: 'guarded', Headers: forbid };
  await cos.putObject({ ...versioned, Body: 'first' });
  const second = await cos.putObject({ ...versioned, Body: 'second' });
  expect(second.headers).toHaveProperty('x-cos-version-id');
});

test('a bucket whose versioning is suspended ignores forbid-overwrite for ever', async () => {
  const fresh = await startTestCos();
  const client = sdk(fresh);
  const before = await client.getBucketVersioning(IDENTITY);
  expect(before.VersioningConfiguration).not.toHaveProperty('Status');
  await client.putBucketVersioning({ ...IDENTITY, VersioningConfiguration: { Status: 'Suspended' } });
  const after = await client.getBucketVersioning(IDENTITY);
  expect(after.VersioningConfiguration).toEqual({ Status: 'Suspended' });
  for (const body of ['first', 'second']) {
    await client.putObject({
      ...IDENTITY,
      Key: 'k',
      Body: body,
      Headers: { 'x-cos-forbid-overwrite': 'true' },
    });
  }
  expect(fresh.store(BUCKET).get('k')?.size).toBe('second'.length);
  await fresh.close();
});

test.each([
  ['bytes=2-4', 206, '345', 'bytes 2-4/9'],
  ['bytes=7-', 206, '89', 'bytes 7-8/9'],
  ['bytes=-2', 206, '89', 'bytes 7-8/9'],
  ['bytes=7-99', 206, '89', 'bytes 7-8/9'],
  ['bytes=4-2', 200, CHECK, undefined],
  ['lines=1-2', 200, CHECK, undefined],
])('a GET of %s is answered %i', async (range, status, body, contentRange) => {
  await put('ranged');
  const answer = await raw(standin, { method: 'GET', key: 'ranged', headers: { range } });
  expect(answer).toMatchObject({ status, body });
  expect(answer.headers['content-range']).toBe(contentRange);
  expect(answer.headers['x-cos-hash-crc64ecma']).toBe(CHECK_CRC64);
});

test('a range behind the end is 416 InvalidRange', async () => {
  await put('ranged');
  const answer = await raw(standin, { method: 'GET', key: 'ranged', headers: { range: 'bytes=9-' } });
  expect(answer).toMatchObject({ status: 416, code: 'InvalidRange' });
});

test.each([
  [{ 'if-match': '"other"' }, 412],
  [
    { 'if-match': `"${CHECK_MD5.toString('hex')}"`, 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    200,
  ],
  [{ 'if-none-match': `"${CHECK_MD5.toString('hex')}"` }, 304],
  [{ 'if-none-match': '"other"' }, 200],
  [{ 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }, 304],
  [{ 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 412],
  [{ 'if-modified-since': 'yesterday' }, 400],
])('a GET under %j is answered %i', async (headers, status) => {
  await put('conditional');
  expect((await raw(standin, { method: 'GET', key: 'conditional', headers })).status).toBe(status);
});

test('an archived object is 403 InvalidObjectState until it is restored, and can be looked at', async () => {
  const archived = { key: 'archived', body: 'cold', storageClass: 'DEEP_ARCHIVE' };
  await standin.seed(BUCKET, archived);
  const reading = cos.getObject({ ...IDENTITY, Key: 'archived' });
  await expect(reading).rejects.toMatchObject({ statusCode: 403, code: 'InvalidObjectState' });
  const { headers } = await cos.headObject({ ...IDENTITY, Key: 'archived' });
  expect(headers).toMatchObject({ 'x-cos-storage-class': 'DEEP_ARCHIVE' });
  await standin.seed(BUCKET, { ...archived, restored: true });
  expect((await cos.getObject({ ...IDENTITY, Key: 'archived' })).Body.toString()).toBe('cold');
});

test('what is not there is 404: with a code on GET, without a body on HEAD; deleting it is 204', async () => {
  const gone = { ...IDENTITY, Key: 'gone' };
  await expect(cos.getObject(gone)).rejects.toMatchObject({ statusCode: 404, code: 'NoSuchKey' });
  await expect(cos.headObject(gone)).rejects.toMatchObject({ statusCode: 404, code: '404' });
  expect((await cos.deleteObject(gone)).statusCode).toBe(204);
});

test('tags can be set, replaced and taken off; an object without any is NoSuchTagSet', async () => {
  await put('tagged');
  expect(await raw(standin, { method: 'GET', key: 'tagged', query: { tagging: '' } })).toMatchObject({
    status: 404,
    code: 'NoSuchTagSet',
  });
  const forbidden = cos.putObjectTagging({ ...IDENTITY, Key: 'tagged', Tags: [{ Key: 'a&b', Value: '1' }] });
  await expect(forbidden).rejects.toMatchObject({ code: 'InvalidTag' });
  await cos.putObjectTagging({ ...IDENTITY, Key: 'tagged', Tags: [{ Key: 'a', Value: '1' }] });
  expect((await cos.getObjectTagging({ ...IDENTITY, Key: 'tagged' })).Tags).toEqual([
    { Key: 'a', Value: '1' },
  ]);
  await cos.deleteObjectTagging({ ...IDENTITY, Key: 'tagged' });
  expect((await cos.getObjectTagging({ ...IDENTITY, Key: 'tagged' })).Tags).toEqual([]);
});

test('Last-Modified follows the clock that was handed in, in whole seconds', async () => {
  const then = await startTestCos({ now: () => NOW });
  await then.seed(BUCKET, { key: 'k', body: '', withoutCrc64: true });
  const stored = then.store(BUCKET).get('k');
  expect(stored).toMatchObject({ lastModified: new Date('2026-03-01T12:00:00.000Z'), crc64: undefined });
  await then.close();
});

test('objects of generated bytes stream out whole, and the counts tell the requests by action', async () => {
  const size = 9 * 1024 * 1024 + 1;
  await standin.seed(BUCKET, { key: 'large', body: generatedBody(7, size) });
  standin.resetCounts();
  const { Body, headers } = await cos.getObject({ ...IDENTITY, Key: 'large' });
  expect(createHash('md5').update(Body).digest('hex')).toBe(String(headers?.['etag']).replaceAll('"', ''));
  expect(Body).toHaveLength(size);
  expect(Object.fromEntries(standin.requests)).toEqual({ GetObject: 1 });
});

test('sub-resources the stand-in lacks, and copies, are 501 instead of a plain write', async () => {
  const acl = await raw(standin, { method: 'PUT', key: 'k', query: { acl: '' } });
  const copy = await raw(standin, { method: 'PUT', key: 'k', headers: { 'x-cos-copy-source': 'a/b' } });
  expect([acl.status, copy.status]).toEqual([501, 501]);
});
