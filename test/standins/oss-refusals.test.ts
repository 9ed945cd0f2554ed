/** What the OSS stand-in refuses, and how: identity, time, permission, endpoint, uploads, unknown actions. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawClient, type RawAnswer, type RawRequest } from './oss/raw-client.ts';
import { startOss, type OssStandin } from './oss/server.ts';

const region = 'oss-cn-hangzhou';
const full = { id: 'LTAIfull', secret: 'one' };
const reader = { id: 'LTAIreader', secret: 'two', allow: ['ListObjects', 'GetObject'] };
let oss: OssStandin;
let now: Date;

beforeEach(async () => {
  now = new Date('2024-05-06T07:08:09Z');
  oss = await startOss({
    buckets: { photos: { region }, secret: { region, credentials: ['LTAIfull'] } },
    credentials: [full, reader],
    now: () => now,
  });
  await oss.seed('photos', { key: 'k', body: 'body', tags: { a: 'b' } });
});
afterEach(() => oss.close());

function ask(request: RawRequest, { bucket = 'photos', credential = full } = {}): Promise<RawAnswer> {
  const headers = { date: now.toUTCString(), ...request.headers };
  return rawClient({ port: oss.port, bucket, ...credential })({ ...request, headers });
}

function codeOf({ status, text }: RawAnswer): string {
  return `${String(status)} ${/<Code>(.*?)<\/Code>/.exec(text)?.[1] ?? ''}`;
}

describe('identity', () => {
  it.each([
    ['no Authorization', { authorization: '' }, '403 AccessDenied'],
    ['an unknown id', { authorization: 'OSS LTAInobody:c2ln' }, '403 InvalidAccessKeyId'],
    ['a wrong signature', { authorization: 'OSS LTAIfull:c2ln' }, '403 SignatureDoesNotMatch'],
    ['an unknown scheme', { authorization: 'AWS LTAIfull:c2ln' }, '400 InvalidArgument'],
    [
      'version 4 without its parts',
      { authorization: 'OSS4-HMAC-SHA256 Credential=LTAIfull' },
      '400 InvalidArgument',
    ],
    ['a token that is not wanted', { 'x-oss-security-token': 't' }, '403 InvalidSecurityToken'],
    ['no date', { date: '' }, '403 AccessDenied'],
  ])('is refused with %s', async (_name, headers, code) => {
    expect(codeOf(await ask({ path: '/k', headers }))).toBe(code);
  });

  it('is refused with the string that the stand-in signed', async () => {
    const headers = { authorization: 'OSS LTAIfull:c2ln', 'x-oss-meta-z': ' 1', 'x-oss-meta-a': '2' };
    const { text } = await ask({ path: '/k?tagging&x=y', headers });
    const stringToSign = `GET\n\n\n${now.toUTCString()}\nx-oss-meta-a:2\nx-oss-meta-z:1\n/photos/k?tagging`;
    expect(text).toContain(`<StringToSign>${stringToSign}</StringToSign>`);
    expect(text).toContain('<SignatureProvided>c2ln</SignatureProvided>');
  });

  it.each([
    [15 * 60_000, '200 '],
    [15 * 60_000 + 1000, '403 RequestTimeTooSkewed'],
    [-15 * 60_000, '200 '],
    [-15 * 60_000 - 1000, '403 RequestTimeTooSkewed'],
  ])('with a clock that is off by %i ms gets %s', async (skewMs, code) => {
    const date = new Date(now.getTime() + skewMs).toUTCString();
    expect(codeOf(await ask({ path: '/k', headers: { date } }))).toBe(code);
  });
});

describe('permission', () => {
  it('is given by a list of actions, HeadObject going with GetObject', async () => {
    const mine = { credential: reader };
    expect(codeOf(await ask({ path: '/k' }, mine))).toBe('200 ');
    expect((await ask({ method: 'HEAD', path: '/k' }, mine)).status).toBe(200);
    expect(codeOf(await ask({ path: '/?list-type=2', resource: '/' }, mine))).toBe('200 ');
    expect(codeOf(await ask({ path: '/k?tagging', resource: '/k?tagging' }, mine))).toBe('403 AccessDenied');
    expect(codeOf(await ask({ method: 'PUT', path: '/k', body: 'x' }, mine))).toBe('403 AccessDenied');
    expect(codeOf(await ask({ method: 'DELETE', path: '/k' }, mine))).toBe('403 AccessDenied');
    expect(oss.store('photos').get('k')?.size).toBe(4);
  });

  it('to a bucket may be kept to some credentials', async () => {
    expect(codeOf(await ask({ path: '/k' }, { bucket: 'secret', credential: reader }))).toBe(
      '403 AccessDenied',
    );
    expect(codeOf(await ask({ path: '/k' }, { bucket: 'secret' }))).toBe('404 NoSuchKey');
  });
});

describe('the endpoint', () => {
  it.each([
    ['photos.oss-cn-beijing.aliyuncs.com', '403 AccessDenied'],
    ['photos.oss-cn-hangzhou-internal.aliyuncs.com', '200 '],
    ['photos.oss-cn-hangzhou.aliyuncs.com:8080', '200 '],
    ['photos.oss-accelerate.aliyuncs.com', '200 '],
    ['oss-cn-hangzhou.aliyuncs.com', '403 SecondLevelDomainForbidden'],
    ['127.0.0.1', '403 SecondLevelDomainForbidden'],
  ])('%s gets %s', async (host, code) => {
    expect(codeOf(await ask({ path: '/k', host }))).toBe(code);
  });

  it('of a bucket that does not exist is answered with NoSuchBucket', async () => {
    expect(codeOf(await ask({ path: '/k' }, { bucket: 'nowhere' }))).toBe('404 NoSuchBucket');
  });
});

describe('uploads', () => {
  it('are kept with headers, metadata and tags, in Unicode', async () => {
    const wire = (text: string) => Buffer.from(text).toString('latin1');
    const headers = {
      'content-type': 'text/plain',
      'x-oss-storage-class': 'IA',
      'x-oss-tagging': 'a=b%20c&d=',
    };
    const signed = rawClient({ port: oss.port, bucket: 'photos', ...full });
    await signed({
      method: 'PUT',
      path: '/%E4%B8%AD',
      body: 'x',
      headers: { ...headers, date: now.toUTCString() },
    });
    expect(oss.store('photos').get('中')).toMatchObject({
      headers: { 'content-type': 'text/plain' },
      storageClass: 'IA',
      tags: { a: 'b c', d: '' },
      lastModified: now,
    });
    await oss.seed('photos', { key: 'm', body: '', meta: { title: '中文' } });
    expect((await ask({ path: '/m' })).headers['x-oss-meta-title']).toBe(wire('中文'));
  });

  it.each([
    ['content-md5', 'AAAAAAAAAAAAAAAAAAAAAA==', '400 InvalidDigest'],
    ['x-oss-meta-big', 'x'.repeat(8192), '400 MetadataTooLarge'],
    ['x-oss-storage-class', 'STANDARD', '400 InvalidArgument'],
    ['x-oss-forbid-overwrite', 'true', '409 FileAlreadyExists'],
  ])('with %s: %s are refused', async (name, value, code) => {
    expect(codeOf(await ask({ method: 'PUT', path: '/k', body: 'new', headers: { [name]: value } }))).toBe(
      code,
    );
    expect(oss.store('photos').get('k')?.size).toBe(4);
  });

  it('of too long a key are refused', async () => {
    expect(codeOf(await ask({ method: 'PUT', path: `/${'k'.repeat(1023)}`, body: '' }))).toBe('200 ');
    expect(codeOf(await ask({ method: 'PUT', path: `/${'k'.repeat(1024)}`, body: '' }))).toBe(
      '400 InvalidObjectName',
    );
  });
});

it('counts requests by action, refused and unknown ones included', async () => {
  await ask({ path: '/k' });
  await ask({ path: '/missing' });
  await ask({ method: 'DELETE', path: '/k' });
  await ask({ path: '/?list-type=2', resource: '/' });
  expect(codeOf(await ask({ method: 'POST', path: '/?delete', resource: '/?delete' }))).toBe(
    '405 MethodNotAllowed',
  );
  expect(codeOf(await ask({ path: '/%ff', resource: '/' }))).toBe('400 InvalidURI');
  expect(Object.fromEntries(oss.requests)).toEqual({
    GetObject: 2,
    DeleteObject: 1,
    ListObjects: 1,
    Unknown: 1,
  });
  expect(oss.requestTotal()).toBe(5);
  oss.resetCounts();
  expect(oss.requestTotal()).toBe(0);
  expect(() => oss.store('nowhere')).toThrow('nowhere');
});
