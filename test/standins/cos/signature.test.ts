import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorizationFor, CREDENTIAL, HOST, raw, sdk, startTestCos, BUCKET, IDENTITY } from './harness.ts';
import type { CosStandin } from './server.ts';
import { authenticate } from './signature.ts';

const TEMPORARY = { id: 'temporary-id', secret: 'temporary-key', securityToken: 'token/with+signs=' };
const READER = { id: 'reader-id', secret: 'reader-key', allow: ['GetObject'] };
const NOW = new Date('2026-03-01T12:00:00.000Z');
const NOW_SECONDS = NOW.getTime() / 1000;

let standin: CosStandin;
beforeAll(async () => {
  standin = await startTestCos({ credentials: [CREDENTIAL, TEMPORARY, READER] });
  await standin.seed(BUCKET, { key: 'there', body: 'bytes' });
});
afterAll(() => standin.close());

/** The two requests that the vendor signs step by step under 436/7778; the key pair is the page's own example. */
const EXAMPLE = {
  id: ['AKIDQjz3ltompVjBni5L', 'itkWHFlFpwkn9U5q'].join(''),
  secret: ['BQYIM75p8x0iWVFSIgqE', 'KwFprpRSVHlz'].join(''),
};
const EXAMPLE_HOST = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com';

function exampleAuthorization(time: string, headers: string, parameters: string, signature: string): string {
  return `q-sign-algorithm=sha1&q-ak=${EXAMPLE.id}&q-sign-time=${time}&q-key-time=${time}&q-header-list=${headers}&q-url-param-list=${parameters}&q-signature=${signature}`;
}

const EXAMPLE_PUT = {
  method: 'PUT',
  key: 'exampleobject(腾讯云)',
  query: new Map<string, string>(),
  headers: {
    date: 'Thu, 16 May 2019 06:45:51 GMT',
    host: EXAMPLE_HOST,
    'content-type': 'text/plain',
    'content-length': '13',
    'content-md5': 'mQ/fVh815F3k6TAUm8m0eg==',
    'x-cos-acl': 'private',
    'x-cos-grant-read': 'uin="100000000011"',
    authorization: exampleAuthorization(
      '1557989151;1557996351',
      'content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read',
      '',
      '3b8851a11a569213c17ba8fa7dcf2abec6935172',
    ),
  },
};

test("the vendor's documented upload is accepted", () => {
  expect(authenticate(EXAMPLE_PUT, [EXAMPLE], new Date(1_557_990_000_000))).toBe(EXAMPLE);
});

test("the vendor's documented download with parameters is accepted", () => {
  const authorization = exampleAuthorization(
    '1557989753;1557996953',
    'date;host',
    'response-cache-control;response-content-type',
    '01681b8c9d798a678e43b685a9f1bba0f6c0e012',
  );
  const query = new Map([
    ['response-content-type', 'application/octet-stream'],
    ['response-cache-control', 'max-age=600'],
  ]);
  const headers = { date: 'Thu, 16 May 2019 06:55:53 GMT', host: EXAMPLE_HOST, authorization };
  const request = { method: 'GET', key: EXAMPLE_PUT.key, query, headers };
  expect(authenticate(request, [EXAMPLE], new Date(1_557_990_000_000))).toBe(EXAMPLE);
});

test.each([
  ['a signed header', { ...EXAMPLE_PUT, headers: { ...EXAMPLE_PUT.headers, 'x-cos-acl': 'public-read' } }],
  ['the method', { ...EXAMPLE_PUT, method: 'DELETE' }],
  ['the key', { ...EXAMPLE_PUT, key: 'exampleobject' }],
])('changing %s breaks the signature', (_what, changed) => {
  expect(() => authenticate(changed, [EXAMPLE], new Date(1_557_990_000_000))).toThrow(
    expect.objectContaining({ code: 'SignatureDoesNotMatch', status: 403 }),
  );
});

function signedAt(startSeconds: number, endSeconds: number): () => unknown {
  const time = `${String(startSeconds)};${String(endSeconds)}`;
  const authorization = `q-sign-algorithm=sha1&q-ak=${CREDENTIAL.id}&q-sign-time=${time}&q-key-time=${time}&q-header-list=&q-url-param-list=&q-signature=0`;
  const request = { method: 'GET', key: 'a', query: new Map<string, string>(), headers: { authorization } };
  return () => authenticate(request, [CREDENTIAL], NOW);
}

test('a signature that has ended is AccessDenied with the message the SDK corrects its clock by', () => {
  expect(signedAt(NOW_SECONDS - 900, NOW_SECONDS - 1)).toThrow(
    expect.objectContaining({ code: 'AccessDenied', message: 'Request has expired' }),
  );
});

test('a signature that begins more than 15 minutes from now is RequestTimeTooSkewed', () => {
  expect(signedAt(NOW_SECONDS + 901, NOW_SECONDS + 2_000)).toThrow(
    expect.objectContaining({ code: 'RequestTimeTooSkewed' }),
  );
  expect(signedAt(NOW_SECONDS + 899, NOW_SECONDS + 2_000)).toThrow(
    expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
  );
});

test('an unsigned request is AccessDenied, and the error names resource and request', async () => {
  const answer = await raw(standin, { method: 'GET', key: 'there', authorization: '' });
  expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
  expect(answer.body).toContain(`<Resource>${HOST}/there</Resource>`);
  expect(answer.body).toContain(`<RequestId>${String(answer.headers['x-cos-request-id'])}</RequestId>`);
});

test('a wrong secret is SignatureDoesNotMatch and tells the string that was to be signed', async () => {
  const wrong = sdk(standin, { SecretKey: 'wrong' });
  await expect(wrong.headBucket(IDENTITY)).rejects.toMatchObject({ statusCode: 403 });
  await expect(wrong.getBucket(IDENTITY)).rejects.toMatchObject({
    code: 'SignatureDoesNotMatch',
    error: { StringToSign: expect.stringMatching(/^sha1\n/) },
  });
});

test('an unknown key id is InvalidAccessKeyId', async () => {
  const unknown = sdk(standin, { SecretId: 'nobody' }).getBucket(IDENTITY);
  await expect(unknown).rejects.toMatchObject({ code: 'InvalidAccessKeyId', statusCode: 403 });
});

test('a temporary key works with its token only', async () => {
  const keys = { SecretId: TEMPORARY.id, SecretKey: TEMPORARY.secret };
  const withToken = sdk(standin, { ...keys, SecurityToken: TEMPORARY.securityToken });
  expect((await withToken.getBucket(IDENTITY)).statusCode).toBe(200);
  await expect(sdk(standin, keys).getBucket(IDENTITY)).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
});

test('a credential with an allow-list is AccessDenied for every other action', async () => {
  const reader = sdk(standin, { SecretId: READER.id, SecretKey: READER.secret });
  expect((await reader.getObject({ ...IDENTITY, Key: 'there' })).Body.toString()).toBe('bytes');
  await expect(reader.getBucket(IDENTITY)).rejects.toMatchObject({ code: 'AccessDenied', statusCode: 403 });
});

test('a signature in the query is as good as one in the header', async () => {
  const signature = authorizationFor({ method: 'GET', key: 'there', headers: { host: HOST } });
  const query = Object.fromEntries(signature.split('&').map((field) => field.split('=') as [string, string]));
  const answer = await raw(standin, { method: 'GET', key: 'there', query, authorization: '' });
  expect(answer).toMatchObject({ status: 200, body: 'bytes' });
});

test.each([
  'nobody-1250000000.cos.ap-guangzhou.myqcloud.com',
  `${BUCKET}.cos.ap-beijing.myqcloud.com`,
  '127.0.0.1',
])('no bucket is found under the host %s', async (host) => {
  expect(await raw(standin, { method: 'GET', host })).toMatchObject({ status: 404, code: 'NoSuchBucket' });
});
