/** Listings of the OSS stand-in: order, pages, groups, encodings and refusals, checked against sorting by Buffer.compare. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatedStore, type KeyShape } from './oss/generated.ts';
import { rawClient } from './oss/raw-client.ts';
import { startOss, type OssStandin } from './oss/server.ts';

const credential = { id: 'LTAIstandin', secret: 'standin-secret' };
const region = 'oss-cn-hangzhou';
const KEYS = [
  'a',
  'a b',
  'a+b',
  'a/1',
  'a/2/x',
  'a/2/y',
  'a//b',
  'a/&<>"\'',
  'b/',
  'b/1',
  '中/文',
  '\uff5e',
  '\ue000',
  '😀/1',
  '😀/2',
];
const SORTED = KEYS.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
const SHAPES: readonly KeyShape[] = ['decimal', 'uuid', 'dates', 'prefix', 'unicode'];
let oss: OssStandin;

beforeAll(async () => {
  const generated: Record<string, { region: string; store: Awaited<ReturnType<typeof generatedStore>> }> = {};
  for (const shape of SHAPES) {
    generated[shape] = { region, store: await generatedStore({ shape, count: 12_345, prefix: 'g/' }) };
  }
  oss = await startOss({ buckets: { photos: { region }, ...generated }, credentials: [credential] });
  for (const key of KEYS) await oss.seed('photos', { key, body: key });
});
afterAll(() => oss.close());

interface Listed {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
  readonly marker: string | undefined;
  readonly xml: string;
  readonly status: number;
}

async function list(
  query: Record<string, string>,
  { bucket = 'photos', server = oss } = {},
): Promise<Listed> {
  const signed = query['continuation-token'];
  const ask = rawClient({ port: server.port, bucket, ...credential });
  const resource = signed === undefined ? '/' : `/?continuation-token=${signed}`;
  const { text: xml, status } = await ask({ path: `/?${new URLSearchParams(query).toString()}`, resource });
  const read =
    query['encoding-type'] === 'url'
      ? (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
      : unescapeXml;
  const all = (pattern: RegExp) => [...xml.matchAll(pattern)].map(([, found = '']) => read(found));
  return {
    keys: all(/<Contents><Key>(.*?)<\/Key>/gs),
    prefixes: all(/<CommonPrefixes><Prefix>(.*?)<\/Prefix>/gs),
    next: /<NextContinuationToken>(.*?)<\/NextContinuationToken>/.exec(xml)?.[1],
    marker: all(/<NextMarker>(.*?)<\/NextMarker>/gs)[0],
    xml,
    status,
  };
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(\w+);/g, (whole, name: string) => named[name] ?? whole);
}

async function everything(
  query: Record<string, string>,
  bucket = 'photos',
): Promise<{ keys: string[]; prefixes: string[] }> {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let token: Record<string, string> = {};
  for (;;) {
    const page = await list({ 'list-type': '2', 'encoding-type': 'url', ...query, ...token }, { bucket });
    keys.push(...page.keys);
    prefixes.push(...page.prefixes);
    if (page.next === undefined) return { keys, prefixes };
    token = { 'continuation-token': page.next };
  }
}

describe('ListObjectsV2', () => {
  it.each(['1', '2', '7', '1000'])(
    'lists every key once in UTF-8 byte order, %s at a time',
    async (maxKeys) => {
      expect((await everything({ 'max-keys': maxKeys })).keys).toEqual(SORTED);
    },
  );

  it.each(['1', '2', '1000'])('groups by the delimiter, %s at a time', async (maxKeys) => {
    const top = await everything({ 'max-keys': maxKeys, delimiter: '/' });
    expect(top.prefixes).toEqual(['a/', 'b/', '中/', '😀/']);
    expect(top.keys).toEqual(SORTED.filter((key) => !key.includes('/')));
    const below = await everything({ 'max-keys': maxKeys, delimiter: '/', prefix: 'a/' });
    expect(below).toEqual({ keys: ['a/&<>"\'', 'a/1'], prefixes: ['a//', 'a/2/'] });
  });

  it('starts strictly after start-after, whether or not there is such a key', async () => {
    const starts = fc.constantFrom(...KEYS, 'a/15', 'zz', '中');
    const prefixes = fc.constantFrom('', 'a', 'a/', '😀');
    const property = fc.asyncProperty(starts, prefixes, async (after, prefix) => {
      const { keys } = await everything({ 'start-after': after, prefix });
      const isAfter = (key: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
      expect(keys).toEqual(SORTED.filter((key) => isAfter(key) && key.startsWith(prefix)));
    });
    await fc.assert(property, { seed: 1, numRuns: 60 });
  });

  it('answers raw keys in escaped XML without encoding-type', async () => {
    const page = await list({ 'list-type': '2' });
    expect(page.keys).toEqual(SORTED);
    expect(page.xml).toContain('<Key>a/&amp;&lt;&gt;&quot;&apos;</Key>');
  });

  it('answers size, ETag, type, class and time of each object, and the owner where asked', async () => {
    const entry =
      /<LastModified>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z<\/LastModified><ETag>"[0-9A-F]{32}"<\/ETag><Type>Normal<\/Type><Size>1<\/Size><StorageClass>Standard<\/StorageClass>/;
    const plain = await list({ 'list-type': '2', 'max-keys': '1' });
    expect(plain.xml).toMatch(entry);
    expect(plain.xml).not.toContain('<Owner>');
    expect((await list({ 'list-type': '2', 'fetch-owner': 'true' })).xml).toContain('<Owner><ID>');
  });

  it('answers a hundred keys where none is asked for, and says how many', async () => {
    const page = await list({ 'list-type': '2' }, { bucket: 'decimal' });
    expect(page.keys).toHaveLength(100);
    expect(page.xml).toContain('<MaxKeys>100</MaxKeys>');
    expect(page.xml).toContain('<IsTruncated>true</IsTruncated>');
    expect(page.xml).toContain('<KeyCount>100</KeyCount>');
  });

  it.each([
    ['+', 'a+b%2Bc%2Fd'],
    ['%20', 'a%20b%2Bc%2Fd'],
  ])('writes a space as %s', async (space, key) => {
    const server = await startOss({
      buckets: { photos: { region } },
      credentials: [credential],
      spaceInListing: space as '+',
    });
    await server.seed('photos', { key: 'a b+c/d', body: '' });
    expect((await list({ 'list-type': '2', 'encoding-type': 'url' }, { server })).xml).toContain(
      `<Key>${key}</Key>`,
    );
    await server.close();
  });

  it.each([
    ['max-keys', '0'],
    ['max-keys', '1001'],
    ['max-keys', 'ten'],
    ['encoding-type', 'base64'],
    ['start-after', 'k'.repeat(1024)],
    ['continuation-token', 'a/1'],
  ])('refuses %s=%s', async (name, value) => {
    const page = await list({ 'list-type': '2', [name]: value });
    expect(page.status).toBe(400);
    expect(page.xml).toContain('<Code>InvalidArgument</Code>');
    expect(page.xml).toContain(`<ArgumentName>${name}</ArgumentName>`);
  });
});

describe('ListObjects', () => {
  it.each(['1', '3', '1000'])('goes on after the marker, %s at a time, groups included', async (maxKeys) => {
    const found: string[] = [];
    for (let marker: string | undefined = ''; marker !== undefined;) {
      const page: Listed = await list({
        marker,
        delimiter: '/',
        'max-keys': maxKeys,
        'encoding-type': 'url',
      });
      found.push(...page.keys, ...page.prefixes);
      marker = page.marker;
    }
    const expected = [...SORTED.filter((key) => !key.includes('/')), 'a/', 'b/', '中/', '😀/'];
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});

describe.each(SHAPES)('a generated bucket of shape %s', (shape) => {
  it('lists every key once in UTF-8 byte order, and each can be read', async () => {
    const store = oss.store(shape);
    const { keys } = await everything({ 'max-keys': '1000', prefix: 'g/' }, shape);
    expect(keys).toHaveLength(12_345);
    expect(keys).toEqual([...store.keys()]);
    expect(
      keys.every(
        (key, at) => at === 0 || Buffer.compare(Buffer.from(keys[at - 1] ?? ''), Buffer.from(key)) < 0,
      ),
    ).toBe(true);
    for (const key of [keys[0], keys[6_000], keys[12_344]]) expect(store.get(key ?? '')?.key).toBe(key);
    expect(store.get(`${keys[5] ?? ''}x`)).toBeUndefined();
  });
});
