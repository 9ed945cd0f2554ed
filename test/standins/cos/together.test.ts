/** Requests at the same time, and the SDK's own compositions of many requests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type COS from 'cos-nodejs-sdk-v5';
import { loadCrc64 } from '../kernel/crc64.ts';
import { generatedBody } from '../kernel/object.ts';
import { BUCKET, IDENTITY, raw, sdk, startTestCos } from './harness.ts';
import type { CosStandin } from './server.ts';

const MB = 1024 ** 2;

let standin: CosStandin;
let cos: COS;
beforeAll(async () => {
  standin = await startTestCos();
  cos = sdk(standin);
});
afterAll(() => standin.close());

function bytes(seed: number, size: number): Buffer {
  return Buffer.concat([...(generatedBody(seed, size).read(0, size) as Iterable<Buffer>)]);
}

test('of uploads at once that forbid overwriting, exactly one is stored', async () => {
  const headers = { 'x-cos-forbid-overwrite': 'true' };
  const bodies = [1, 2, 3, 4].map((seed) => bytes(seed, MB));
  const answers = await Promise.all(
    bodies.map((body) => raw(standin, { method: 'PUT', key: 'once', headers, body })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
  const stored = answers.find(({ status }) => status === 200)?.headers['x-cos-hash-crc64ecma'];
  expect(standin.store(BUCKET).get('once')?.crc64).toBe(stored);
});

test('CRC-64s of bodies that arrive interleaved are not mixed up', async () => {
  const crc64 = await loadCrc64();
  const bodies = Array.from({ length: 8 }, (_, seed) => bytes(seed, MB + seed));
  const answers = await Promise.all(
    bodies.map((body, index) => raw(standin, { method: 'PUT', key: `mixed/${String(index)}`, body })),
  );
  expect(answers.map(({ headers }) => headers['x-cos-hash-crc64ecma'])).toEqual(
    bodies.map((body) => crc64.of(body)),
  );
});

test('an upload aborted while a part is on its way takes no part', async () => {
  const { UploadId } = await cos.multipartInit({ ...IDENTITY, Key: 'aborted' });
  const slow = standin.faults.add({
    when: { action: 'UploadPart' },
    fault: { kind: 'slow', bytesPerSecond: 400 },
  });
  const query = { partNumber: '1', uploadId: UploadId };
  const part = raw(standin, { method: 'PUT', key: 'aborted', query, body: 'x'.repeat(100) });
  await expect.poll(() => slow.fired).toBe(1);
  await cos.multipartAbort({ ...IDENTITY, Key: 'aborted', UploadId });
  expect(await part).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  slow.remove();
});

test("the SDK's sliced upload of a file works, and takes up the parts of an upload left behind", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cos-standin-'));
  const FilePath = join(directory, 'file');
  const content = bytes(9, 3 * MB + 7);
  await writeFile(FilePath, content);
  const { UploadId } = await cos.multipartInit({ ...IDENTITY, Key: 'sliced' });
  const first = { PartNumber: 1, Body: content.subarray(0, MB) };
  await cos.multipartUpload({ ...IDENTITY, Key: 'sliced', UploadId, ...first });
  standin.resetCounts();
  await cos.sliceUploadFile({ ...IDENTITY, Key: 'sliced', FilePath, ChunkSize: MB });
  expect(standin.requests.get('UploadPart')).toBe(3);
  expect((await cos.getObject({ ...IDENTITY, Key: 'sliced' })).Body.equals(content)).toBe(true);
  expect(standin.uploads(BUCKET)).toEqual([]);
  await rm(directory, { recursive: true });
});
