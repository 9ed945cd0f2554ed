/** Faults of the kernel as a COS client meets them, and what HTTP/1.1 makes of bodies of another length than stated. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type COS from 'cos-nodejs-sdk-v5';
import type { Fault } from '../kernel/faults.ts';
import { authorizationFor, BUCKET, HOST, IDENTITY, raw, sdk, startTestCos } from './harness.ts';
import type { CosStandin } from './server.ts';

let standin: CosStandin;
let cos: COS;
beforeAll(async () => {
  standin = await startTestCos();
  cos = sdk(standin);
});
afterEach(() => standin.faults.clear());
afterAll(() => standin.close());

/** What comes back for the bytes of a signed PUT whose head and body are given apart; ends when the server ends it. */
function talk(key: string, head: readonly string[], body: string, hangUpAfterBody = false): Promise<string> {
  const authorization = authorizationFor({ method: 'PUT', key, headers: { host: HOST } });
  const lines = [
    `PUT /${key} HTTP/1.1`,
    `Host: ${HOST}`,
    `Authorization: ${authorization}`,
    ...head,
    '',
    body,
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(standin.port, '127.0.0.1', () => {
      socket.write(lines.join('\r\n'), () => {
        if (hangUpAfterBody) socket.destroy();
      });
    });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject).on('close', () => {
      resolve(text);
    });
  });
}

test('a body longer than Content-Length is cut there, stored and answered 200; the connection ends', async () => {
  const text = await talk('surplus', ['Content-Length: 9'], '123456789 and more');
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(text.toLowerCase()).toContain('x-cos-hash-crc64ecma: 11051210869376104954');
  expect(standin.store(BUCKET).get('surplus')?.size).toBe(9);
});

test('a body that ends before Content-Length stores nothing', async () => {
  standin.resetCounts();
  await talk('short', ['Content-Length: 100'], '123456789', true);
  await expect.poll(() => standin.requests.get('PutObject')).toBe(1);
  await cos.headBucket(IDENTITY);
  expect(standin.store(BUCKET).get('short')).toBeUndefined();
});

test('an upload that states no length at all is 411', async () => {
  const text = await talk('unstated', ['Connection: close'], '');
  expect(text).toMatch(/^HTTP\/1\.1 411 /);
  expect(text).toContain('<Code>MissingContentLength</Code>');
});

test('a chunked upload needs no Content-Length', async () => {
  const body = '9\r\n123456789\r\n0\r\n\r\n';
  const text = await talk('chunked', ['Transfer-Encoding: chunked', 'Connection: close'], body);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(standin.store(BUCKET).get('chunked')?.crc64).toBe('11051210869376104954');
});

test('more than 5 GiB in one PUT is EntityTooLarge before a byte is read', async () => {
  const length = String(5 * 1024 ** 3 + 1);
  const text = await talk('huge', [`Content-Length: ${length}`, 'Connection: close'], 'x');
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain('<Code>EntityTooLarge</Code>');
});

test('a refusal instead of the work carries its headers and leaves no trace', async () => {
  const headers = { 'Retry-After': '1' };
  const fault: Fault = { kind: 'status', status: 503, code: 'SlowDown', headers };
  const rule = standin.faults.add({ when: { action: 'PutObject' }, times: 1, fault });
  const refused = await raw(standin, { method: 'PUT', key: 'slowed', body: 'x' });
  expect(refused).toMatchObject({ status: 503, code: 'SlowDown', headers: { 'retry-after': '1' } });
  expect(standin.store(BUCKET).get('slowed')).toBeUndefined();
  expect((await raw(standin, { method: 'PUT', key: 'slowed', body: 'x' })).status).toBe(200);
  expect(rule.fired).toBe(1);
});

test.each<Fault>([{ kind: 'resetAfter' }, { kind: 'statusAfter', status: 500, code: 'InternalError' }])(
  'after %j the object is there although the client was told otherwise',
  async (fault) => {
    standin.faults.add({ when: { key: 'lost' }, times: 1, fault });
    const told = await raw(standin, { method: 'PUT', key: 'lost', body: 'x' }).catch(() => undefined);
    expect(told?.status).not.toBe(200);
    expect(standin.store(BUCKET).get('lost')?.size).toBe(1);
    standin.store(BUCKET).delete('lost');
  },
);

test('a byte flipped on the way in changes the stored CRC-64, and is refused where Content-MD5 is given', async () => {
  standin.faults.add({ when: { method: 'PUT' }, fault: { kind: 'corrupt', atByte: 0 } });
  const { headers } = await raw(standin, { method: 'PUT', key: 'flipped', body: '123456789' });
  expect(headers['x-cos-hash-crc64ecma']).not.toBe('11051210869376104954');
  expect(standin.store(BUCKET).get('flipped')?.crc64).toBe(headers['x-cos-hash-crc64ecma']);
  const md5 = { 'content-md5': 'JfnnlDI7RTiF9RgfG2JNCw==' };
  const checked = await raw(standin, { method: 'PUT', key: 'checked', headers: md5, body: '123456789' });
  expect(checked.code).toBe('BadDigest');
  expect(standin.store(BUCKET).get('checked')).toBeUndefined();
});

test.each([true, false])('Complete may answer 200 with an error in it, the work done: %j', async (done) => {
  const Key = `merged-${String(done)}`;
  const { UploadId } = await cos.multipartInit({ ...IDENTITY, Key });
  const { ETag } = await cos.multipartUpload({ ...IDENTITY, Key, UploadId, PartNumber: 1, Body: 'x' });
  const fault: Fault = { kind: 'errorIn200', code: 'InternalError', done };
  standin.faults.add({ when: { action: 'CompleteMultipartUpload' }, fault });
  const completing = cos.multipartComplete({ ...IDENTITY, Key, UploadId, Parts: [{ PartNumber: 1, ETag }] });
  await expect(completing).rejects.toMatchObject({ statusCode: 200, code: 'InternalError' });
  expect(standin.store(BUCKET).get(Key) !== undefined).toBe(done);
});

test('a download can be cut short, and the client notices', async () => {
  await standin.seed(BUCKET, { key: 'cut', body: 'x'.repeat(100_000) });
  standin.faults.add({ when: { action: 'GetObject' }, fault: { kind: 'truncate', afterBytes: 50_000 } });
  await expect(raw(standin, { method: 'GET', key: 'cut' })).rejects.toThrow('aborted');
});

test('with a directory, bodies are files: whole uploads and parts alike', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cos-standin-'));
  const onDisk = await startTestCos({ directory });
  const client = sdk(onDisk);
  await client.putObject({ ...IDENTITY, Key: 'file', Body: '123456789' });
  expect(await readdir(directory)).toHaveLength(1);
  expect((await client.getObject({ ...IDENTITY, Key: 'file', Range: 'bytes=2-3' })).Body.toString()).toBe(
    '34',
  );
  await onDisk.close();
  await rm(directory, { recursive: true });
});
