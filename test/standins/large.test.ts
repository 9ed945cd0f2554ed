/** Objects of terabytes on the stand-ins: made up as they are read, and discarded as they arrive. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { BUCKET, raw as rawCos, REGION, startTestCos } from './cos/harness.ts';
import { crc64OfBody, loadCrc64 } from './kernel/crc64.ts';
import { crc64Combine } from './kernel/crc64-combine.ts';
import { memoryBody, periodicBody, type Body } from './kernel/object.ts';
import { rawClient, type RawAnswer, type RawRequest } from './oss/raw-client.ts';
import { startOss, type OssStandin } from './oss/server.ts';

const TiB = 1024 ** 4;
const MiB = 1024 ** 2;
/** 10,000 parts of 5 GiB. */
const LARGEST = 10_000 * 5 * 1024 ** 3;
const credential = { id: 'LTAIstandin', secret: 'standin-secret' };
const crc64 = await loadCrc64();

function bytesOf(body: Body, from: number, to: number): Buffer {
  return Buffer.concat([...(body.read(from, to) as Iterable<Buffer>)]);
}

describe('a periodic body', () => {
  it('tells the CRC-64 that reading it gives', async () => {
    for (const size of [0, 1, 1_048_572, 1_048_573, 1_048_574, 5 * MiB + 3]) {
      const body = periodicBody(3, size);
      expect(body.sums?.(crc64).crc64).toBe(await crc64OfBody(crc64, body));
    }
  });

  it('tells the CRC-64 of terabytes, in agreement with that of its doubling', () => {
    const period = 1_048_573;
    const half = periodicBody(3, period * 2 ** 25).sums?.(crc64).crc64 ?? '';
    const whole = periodicBody(3, period * 2 ** 26).sums?.(crc64).crc64;
    expect(whole).toBe(crc64Combine(half, half, period * 2 ** 25));
  });

  it('gives any range of the same bytes, and no two parts alike', () => {
    const body = periodicBody(3, 200 * MiB);
    const whole = bytesOf(body, 0, 4 * MiB);
    fc.assert(
      fc.property(fc.nat(4 * MiB), fc.nat(MiB), (from, length) => {
        const to = Math.min(from + length, 4 * MiB);
        expect(bytesOf(body, from, to).equals(whole.subarray(from, to))).toBe(true);
      }),
      { numRuns: 50 },
    );
    const parts = new Set(
      Array.from({ length: 200 }, (_, at) => crc64.of(bytesOf(body, at * MiB, (at + 1) * MiB))),
    );
    expect(parts.size).toBe(200);
  });
});

describe('an OSS object of 48.8 TiB', () => {
  let oss: OssStandin;
  let raw: (ask: RawRequest) => Promise<RawAnswer>;
  beforeAll(async () => {
    oss = await startOss({ buckets: { photos: { region: 'oss-cn-hangzhou' } }, credentials: [credential] });
    raw = rawClient({ port: oss.port, bucket: 'photos', ...credential });
    await oss.seed('photos', { key: 'large', body: periodicBody(1, LARGEST), type: 'Multipart' });
  });
  afterAll(() => oss.close());

  it('is described and listed with its size and its CRC-64, and read in ranges', async () => {
    const { headers } = await raw({ method: 'HEAD', path: '/large' });
    const sum = periodicBody(1, LARGEST).sums?.(crc64).crc64;
    expect(headers).toMatchObject({ 'content-length': String(LARGEST), 'x-oss-hash-crc64ecma': sum });
    expect(headers).not.toHaveProperty('content-md5');
    expect((await raw({ path: '/?list-type=2' })).body.toString()).toContain(
      `<Size>${String(LARGEST)}</Size>`,
    );
    const [from, to] = [LARGEST - 2 * MiB - 1, LARGEST - MiB];
    const range = `bytes=${String(from)}-${String(to - 1)}`;
    const part = await raw({ path: '/large', headers: { range } });
    expect(part.status).toBe(206);
    expect(part.headers).toMatchObject({ 'x-oss-hash-crc64ecma': sum });
    expect(part.body.equals(bytesOf(periodicBody(1, LARGEST), from, to))).toBe(true);
  });

  it('changes its version at a chosen moment', async () => {
    const { headers } = await raw({ method: 'HEAD', path: '/large' });
    const ask = { path: '/large', headers: { range: 'bytes=0-9', 'if-match': headers['etag'] ?? '' } };
    oss.faults.add({
      when: { action: 'GetObject', key: 'large', nth: 3 },
      fault: {
        kind: 'meanwhile',
        act: async () => {
          await oss.seed('photos', { key: 'large', body: periodicBody(2, TiB), type: 'Multipart' });
        },
      },
    });
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await raw(ask)).status);
    expect(statuses).toEqual([206, 206, 412, 412]);
    expect((await raw({ method: 'HEAD', path: '/large' })).headers['content-length']).toBe(String(TiB));
  });
});

test('COS keeps size, ETag and CRC-64 of what it discards, and still checks a stated MD5', async () => {
  const buckets = { [BUCKET]: { region: REGION, discardBodies: true, etagsWithoutMd5: true } };
  const cos = await startTestCos({ buckets });
  const body = bytesOf(periodicBody(1, 3 * MiB), 0, 3 * MiB);
  const md5 = createHash('md5').update(body).digest();
  const put = (headers: Record<string, string>) => rawCos(cos, { method: 'PUT', key: 'k', headers, body });
  const plain = await put({});
  expect(plain.headers).toMatchObject({ 'x-cos-hash-crc64ecma': crc64.of(body) });
  expect(plain.headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(plain.headers.etag).not.toBe(`"${md5.toString('hex')}"`);
  expect((await put({ 'content-md5': md5.toString('base64') })).headers.etag).toBe(
    `"${md5.toString('hex')}"`,
  );
  const other = createHash('md5').update('other').digest('base64');
  expect((await put({ 'content-md5': other })).code).toBe('BadDigest');
  const held = cos.store(BUCKET).get('k');
  expect(held?.size).toBe(3 * MiB);
  expect(() => held?.body.read(0, 1)).toThrow('discarded');
  expect(Reflect.get(memoryBody(body), 'sums')).toBeUndefined();
  await cos.close();
});
