import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type COS from 'cos-nodejs-sdk-v5';
import { BUCKET, IDENTITY, raw, sdk, startTestCos } from './harness.ts';
import type { CosStandin } from './server.ts';

let standin: CosStandin;
let cos: COS;
beforeAll(async () => {
  standin = await startTestCos();
  cos = sdk(standin);
});
afterAll(() => standin.close());

async function fill(keys: readonly string[]): Promise<void> {
  for (const key of [...standin.store(BUCKET).keys()]) standin.store(BUCKET).delete(key);
  for (const key of keys) await standin.seed(BUCKET, { key, body: key });
}

interface Walk {
  readonly keys: string[];
  readonly prefixes: string[];
  readonly pages: number;
}

/** Page by page until nothing is left, as a client does. */
async function walk(parameters: Partial<COS.GetBucketParams>): Promise<Walk> {
  const walked: Walk = { keys: [], prefixes: [], pages: 0 };
  let pages = 0;
  for (let marker = '', more = true; more; pages++) {
    const page = await cos.getBucket({ ...IDENTITY, EncodingType: 'url', Marker: marker, ...parameters });
    walked.keys.push(...page.Contents.map(({ Key }) => decodeURIComponent(Key)));
    walked.prefixes.push(...page.CommonPrefixes.map(({ Prefix }) => decodeURIComponent(Prefix)));
    more = page.IsTruncated === 'true';
    marker = decodeURIComponent(page.NextMarker ?? '');
  }
  return { ...walked, pages };
}

test('an entry has key, time, quoted ETag, size, owner and class, and no type', async () => {
  await fill([]);
  await standin.seed(BUCKET, {
    key: 'a',
    body: '',
    storageClass: 'ARCHIVE',
    lastModified: new Date('2024-02-03T04:05:06.000Z'),
  });
  const { Contents, headers, ...rest } = await cos.getBucket(IDENTITY);
  expect(Contents).toEqual([
    {
      Key: 'a',
      LastModified: '2024-02-03T04:05:06.000Z',
      ETag: '"d41d8cd98f00b204e9800998ecf8427e"',
      Size: '0',
      Owner: { ID: '1250000000', DisplayName: '1250000000' },
      StorageClass: 'ARCHIVE',
    },
  ]);
  expect(rest).toMatchObject({ Name: BUCKET, IsTruncated: 'false', MaxKeys: '1000', Marker: '', Prefix: '' });
  expect(rest).not.toHaveProperty('NextMarker');
  expect(headers).toMatchObject({ 'x-cos-bucket-region': 'ap-guangzhou' });
});

test('keys come in UTF-8 byte order, whatever JavaScript makes of them', async () => {
  await fill(['\u{1f600}', '\uffee', 'z', 'a/b', 'a', 'a b', 'Z', 'é']);
  expect((await walk({})).keys).toEqual(['Z', 'a', 'a b', 'a/b', 'z', 'é', '\uffee', '\u{1f600}']);
});

test('every page size walks the same keys, and NextMarker is the last key of a page', async () => {
  const keys = ['a+b', 'a b', 'a%2Fb', 'a&b', 'a<b', 'a/b', 'ä', '中/文', "q'"];
  await fill(keys);
  const whole = (await walk({})).keys;
  expect(whole.toSorted()).toEqual(keys.toSorted());
  for (const MaxKeys of [1, 2, 4]) {
    expect(await walk({ MaxKeys })).toMatchObject({ keys: whole, pages: Math.ceil(keys.length / MaxKeys) });
  }
  const first = await cos.getBucket({ ...IDENTITY, MaxKeys: 2 });
  expect(first.NextMarker).toBe(first.Contents.at(-1)?.Key);
});

test('a page that ends with the last key is not truncated', async () => {
  await fill(['a', 'b']);
  const page = await cos.getBucket({ ...IDENTITY, MaxKeys: 2 });
  expect(page).toMatchObject({ IsTruncated: 'false' });
  expect(page.NextMarker).toBeUndefined();
});

test('without encoding-type keys are plain text, with it they are percent-encoded, spaces as %20', async () => {
  await fill(['a b/<&>+']);
  expect((await cos.getBucket(IDENTITY)).Contents[0]?.Key).toBe('a b/<&>+');
  const encoded = await cos.getBucket({ ...IDENTITY, EncodingType: 'url', Prefix: 'a b/' });
  expect(encoded).toMatchObject({ EncodingType: 'url', Prefix: 'a%20b%2F' });
  expect(encoded.Contents[0]?.Key).toBe('a%20b%2F%3C%26%3E%2B');
});

test('a delimiter folds keys, page by page, into the common prefixes of their set', async () => {
  const segment = fc.constantFrom('a', 'b', '', '中', '.');
  const someKeys = fc.uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    {
      maxLength: 20,
    },
  );
  const cases = fc.record({
    keys: someKeys,
    Prefix: fc.constantFrom('', 'a', 'a/'),
    MaxKeys: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ keys, Prefix, MaxKeys }) => {
      const named = keys.filter((key) => key !== '');
      await fill(named);
      const under = named.filter((key) => key.startsWith(Prefix));
      const folded = (key: string): string | undefined => {
        const at = key.indexOf('/', Prefix.length);
        return at < 0 ? undefined : key.slice(0, at + 1);
      };
      const walked = await walk({ Prefix, MaxKeys, Delimiter: '/' });
      expect(walked.keys.toSorted()).toEqual(under.filter((key) => folded(key) === undefined).toSorted());
      expect(walked.prefixes.toSorted()).toEqual(
        [...new Set(under.map(folded).filter((prefix) => prefix !== undefined))].toSorted(),
      );
    }),
    { numRuns: 25, seed: 7 },
  );
});

test.each([
  [{ 'max-keys': '1001' }, 'InvalidArgument'],
  [{ 'max-keys': '-1' }, 'InvalidArgument'],
  [{ 'encoding-type': 'base64' }, 'InvalidArgument'],
  [{ prefix: 'x'.repeat(1_024) }, 'InvalidURI'],
  [{ marker: 'x'.repeat(1_024) }, 'InvalidURI'],
])('a listing with %j is refused with 400 %s', async (query, code) => {
  expect(await raw(standin, { method: 'GET', query })).toMatchObject({ status: 400, code });
});

test('a page of no keys is empty and not truncated', async () => {
  await fill(['a']);
  const answer = await raw(standin, { method: 'GET', query: { 'max-keys': '0' } });
  expect(answer.body).toContain('<IsTruncated>false</IsTruncated>');
  expect(answer.body).not.toContain('<Contents>');
});

test('many keys are deleted at once, there or not, quietly or not', async () => {
  await fill(['a', 'b&', 'c']);
  const loud = await cos.deleteMultipleObject({ ...IDENTITY, Objects: [{ Key: 'a' }, { Key: 'none' }] });
  expect(loud.Deleted.map(({ Key }) => Key)).toEqual(['a', 'none']);
  const quiet = await cos.deleteMultipleObject({ ...IDENTITY, Objects: [{ Key: 'b&' }], Quiet: true });
  expect(quiet.Deleted).toEqual([]);
  expect([...standin.store(BUCKET).keys()]).toEqual(['c']);
});

test('a bucket says whether it is there and where', async () => {
  expect((await cos.headBucket(IDENTITY)).headers).toMatchObject({ 'x-cos-bucket-region': 'ap-guangzhou' });
  const location = await raw(standin, { method: 'GET', query: { location: '' } });
  expect(location.body).toContain('<LocationConstraint>ap-guangzhou</LocationConstraint>');
  const elsewhere = cos.headBucket({ ...IDENTITY, Bucket: 'nobody-1250000000' });
  await expect(elsewhere).rejects.toMatchObject({ statusCode: 404 });
});
