import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type COS from 'cos-nodejs-sdk-v5';
import { loadCrc64 } from '../kernel/crc64.ts';
import { generatedBody } from '../kernel/object.ts';
import { BUCKET, IDENTITY, raw, REGION, sdk, startTestCos, VERSIONED } from './harness.ts';
import type { CosStandin } from './server.ts';

const MB = 1024 ** 2;
const crc64 = await loadCrc64();

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

async function begin(
  Key: string,
  Headers: Record<string, string> = {},
): Promise<COS.MultipartCompleteParams> {
  const { UploadId } = await cos.multipartInit({ ...IDENTITY, Key, Headers });
  return { ...IDENTITY, Key, UploadId, Parts: [] };
}

/** The upload with one more part in its list. */
async function withPart(
  upload: COS.MultipartCompleteParams,
  PartNumber: number,
  Body: Buffer,
): Promise<COS.MultipartCompleteParams> {
  const { ETag } = await cos.multipartUpload({ ...upload, PartNumber, Body });
  return { ...upload, Parts: [...upload.Parts, { PartNumber, ETag }] };
}

test('parts become one object with the headers of the start, a CRC-64 of the whole and an ETag of MD5s', async () => {
  const pieces = [bytes(1, MB), bytes(2, MB + 1), bytes(3, 10)];
  let upload = await begin('whole', {
    'x-cos-meta-a': 'b',
    'x-cos-storage-class': 'STANDARD_IA',
    'x-cos-tagging': 't=1',
  });
  for (const [index, piece] of pieces.entries()) upload = await withPart(upload, index + 1, piece);
  const { ETag, headers, Location } = await cos.multipartComplete(upload);
  const md5s = pieces.map((piece) => createHash('md5').update(piece).digest());
  expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-3"`);
  const content = Buffer.concat(pieces);
  expect(headers).toMatchObject({
    'x-cos-hash-crc64ecma': crc64.of(content),
    'transfer-encoding': 'chunked',
  });
  expect(Location).toContain('whole');
  const read = await cos.getObject({
    ...IDENTITY,
    Key: 'whole',
    Range: `bytes=${String(MB - 2)}-${String(2 * MB + 3)}`,
  });
  expect(read.Body.equals(content.subarray(MB - 2, 2 * MB + 4))).toBe(true);
  expect(read.headers).toMatchObject({
    etag: ETag,
    'x-cos-hash-crc64ecma': crc64.of(content),
    'x-cos-meta-a': 'b',
    'x-cos-storage-class': 'STANDARD_IA',
    'x-cos-tagging-count': '1',
  });
  expect(standin.uploads(BUCKET)).toEqual([]);
});

test('a part is answered with its MD5 and CRC-64, and sending it again replaces it', async () => {
  let upload = await begin('again');
  await withPart(upload, 1, bytes(4, 100));
  upload = await withPart(upload, 1, bytes(5, 200));
  const part = await raw(standin, {
    method: 'PUT',
    key: 'again',
    query: { partNumber: '2', uploadId: upload.UploadId },
    body: '123456789',
  });
  expect(part.headers).toMatchObject({
    'x-cos-hash-crc64ecma': '11051210869376104954',
    'content-length': '0',
  });
  const listed = await cos.multipartListPart({ ...upload });
  expect(listed.Part.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    ['1', '200'],
    ['2', '9'],
  ]);
  await cos.multipartAbort(upload);
});

test.each([
  ['a part of less than 1 MiB before the last', [100, 100], (parts: COS.Part[]) => parts, 'EntityTooSmall'],
  ['descending numbers', [MB, 1], (parts: COS.Part[]) => parts.toReversed(), 'InvalidPartOrder'],
  ['a gap in the numbers', [MB, MB, 1], (parts: COS.Part[]) => parts.toSpliced(1, 1), 'InvalidPart'],
  [
    'an ETag of other bytes',
    [MB, 1],
    (parts: COS.Part[]) => parts.map((part) => ({ ...part, ETag: '"0"' })),
    'InvalidPart',
  ],
  [
    'a part that was never sent',
    [MB],
    (parts: COS.Part[]) => [...parts, { PartNumber: 2, ETag: '"0"' }],
    'InvalidPart',
  ],
])('completing with %s is refused and leaves the upload open', async (_what, sizes, change, code) => {
  let upload = await begin('refused');
  for (const [index, size] of sizes.entries()) upload = await withPart(upload, index + 1, bytes(index, size));
  const completing = cos.multipartComplete({ ...upload, Parts: change(upload.Parts) });
  await expect(completing).rejects.toMatchObject({ statusCode: 400, code });
  expect(standin.store(BUCKET).get('refused')).toBeUndefined();
  expect(standin.uploads(BUCKET)).toMatchObject([{ key: 'refused', parts: sizes.length }]);
  await cos.multipartAbort(upload);
});

test.each(['', '<CompleteMultipartUpload/>', '<Other><Part/></Other>', '<CompleteMultipartUpload><Part>'])(
  'completing with the body %j is MalformedXML',
  async (body) => {
    const upload = await begin('malformed');
    const query = { uploadId: upload.UploadId };
    const answer = await raw(standin, { method: 'POST', key: 'malformed', query, body });
    expect(answer).toMatchObject({ status: 400, code: 'MalformedXML' });
    await cos.multipartAbort(upload);
  },
);

test('an upload that was aborted, completed, never begun or is of another key is NoSuchUpload', async () => {
  const aborted = await withPart(await begin('gone'), 1, bytes(1, 1));
  await cos.multipartAbort(aborted);
  const completed = await withPart(await begin('gone'), 1, bytes(1, 1));
  await cos.multipartComplete(completed);
  const other = { ...(await begin('other')), Key: 'gone' };
  const missing = { statusCode: 404, code: 'NoSuchUpload' };
  for (const upload of [aborted, completed, other, { ...aborted, UploadId: 'never' }]) {
    await expect(cos.multipartUpload({ ...upload, PartNumber: 1, Body: 'x' })).rejects.toMatchObject(missing);
    await expect(cos.multipartListPart(upload)).rejects.toMatchObject(missing);
    await expect(cos.multipartAbort(upload)).rejects.toMatchObject(missing);
    const Parts = [{ PartNumber: 1, ETag: '"0"' }];
    await expect(cos.multipartComplete({ ...upload, Parts })).rejects.toMatchObject(missing);
  }
  await cos.multipartAbort({ ...other, Key: 'other' });
});

test.each(['0', '10001', '', 'one'])('the part number %j is InvalidArgument', async (partNumber) => {
  const upload = await begin('numbered');
  const query = { partNumber, uploadId: upload.UploadId };
  const answer = await raw(standin, { method: 'PUT', key: 'numbered', query, body: 'x' });
  expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
  await cos.multipartAbort(upload);
});

test('forbid-overwrite at the end refuses to replace what came meanwhile, but for versioned buckets', async () => {
  const Headers = { 'x-cos-forbid-overwrite': 'true' };
  const upload = await withPart(await begin('raced'), 1, bytes(1, 1));
  await cos.putObject({ ...IDENTITY, Key: 'raced', Body: 'other' });
  await expect(cos.multipartComplete({ ...upload, Headers })).rejects.toMatchObject({
    code: 'FileAlreadyExists',
  });
  expect(standin.store(BUCKET).get('raced')?.size).toBe('other'.length);
  await cos.multipartAbort(upload);
  const versioned = { Bucket: VERSIONED, Region: REGION, Key: 'raced' };
  await cos.putObject({ ...versioned, Body: 'other' });
  const { UploadId } = await cos.multipartInit(versioned);
  const { ETag } = await cos.multipartUpload({ ...versioned, UploadId, PartNumber: 1, Body: 'x' });
  await cos.multipartComplete({ ...versioned, UploadId, Parts: [{ PartNumber: 1, ETag }], Headers });
  expect(standin.store(VERSIONED).get('raced')?.size).toBe(1);
});

test('starting an upload checks key, metadata and class as a plain upload does', async () => {
  const start = { method: 'POST', query: { uploads: '' } };
  const long = await raw(standin, { ...start, key: 'x'.repeat(851) });
  const meta = await raw(standin, { ...start, key: 'k', headers: { 'x-cos-meta-a': 'x'.repeat(2_048) } });
  const tier = await raw(standin, { ...start, key: 'k', headers: { 'x-cos-storage-class': 'COLD' } });
  expect([long.code, meta.code, tier.code]).toEqual(['KeyTooLong', 'KeyTooLong', 'NotSupportedStorageClass']);
});

test('uploads are listed by key and id, page by page, and under a prefix', async () => {
  const keys = ['b/2', 'a', 'b/1', 'b/1', 'c é'];
  const begun = await Promise.all(keys.map((key) => begin(key)));
  const listed: string[] = [];
  let marker: Pick<COS.MultipartListParams, 'KeyMarker' | 'UploadIdMarker'> = {};
  const all = { ...IDENTITY, Prefix: '', Delimiter: '' };
  for (let more = true; more;) {
    const page = await cos.multipartList({ ...all, MaxUploads: 2, EncodingType: 'url', ...marker });
    listed.push(...page.Upload.map(({ Key, UploadId }) => `${decodeURIComponent(Key)} ${UploadId}`));
    more = page.IsTruncated === 'true';
    const { NextKeyMarker, NextUploadIdMarker } = page;
    if (more) marker = { KeyMarker: decodeURIComponent(NextKeyMarker), UploadIdMarker: NextUploadIdMarker };
  }
  expect(listed).toEqual(begun.map(({ Key, UploadId }) => `${Key} ${UploadId}`).toSorted());
  const prefixed = await cos.multipartList({ ...all, Prefix: 'b/' });
  expect(prefixed.Upload.map(({ Key }) => Key)).toEqual(['b/1', 'b/1', 'b/2']);
  await Promise.all(begun.map((upload) => cos.multipartAbort(upload)));
  expect((await cos.multipartList(all)).Upload).toEqual([]);
});

test('parts are listed by number, page by page', async () => {
  let upload = await begin('listed');
  for (const partNumber of [10, 2, 1, 33])
    upload = await withPart(upload, partNumber, bytes(partNumber, partNumber));
  const first = await cos.multipartListPart({ ...upload, MaxParts: 3 });
  expect(first.Part.map(({ PartNumber }) => PartNumber)).toEqual(['1', '2', '10']);
  expect(first).toMatchObject({ IsTruncated: 'true', NextPartNumberMarker: '10' });
  const second = await cos.multipartListPart({ ...upload, MaxParts: 3, PartNumberMarker: '10' });
  expect(second.Part.map(({ PartNumber }) => PartNumber)).toEqual(['33']);
  await cos.multipartAbort(upload);
});

test('a bucket can be told to complete without a CRC-64', async () => {
  const buckets = { [BUCKET]: { region: REGION, completeWithoutCrc64: true, discardBodies: true } };
  const other = await startTestCos({ buckets });
  const client = sdk(other);
  const { UploadId } = await client.multipartInit({ ...IDENTITY, Key: 'k' });
  const { ETag } = await client.multipartUpload({
    ...IDENTITY,
    Key: 'k',
    UploadId,
    PartNumber: 1,
    Body: '123456789',
  });
  const { headers } = await client.multipartComplete({
    ...IDENTITY,
    Key: 'k',
    UploadId,
    Parts: [{ PartNumber: 1, ETag }],
  });
  expect(headers).not.toHaveProperty('x-cos-hash-crc64ecma');
  expect(other.store(BUCKET).get('k')).toMatchObject({ size: 9, crc64: '11051210869376104954' });
  await other.close();
});
