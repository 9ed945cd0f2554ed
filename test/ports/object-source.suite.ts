/** What every `ObjectSource` must do, whatever is behind it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectSource } from '../../lib/ports/object-source.ts';
import { firstOf, seededBytes } from '../support/bytes.ts';
import { inByteOrder, NASTY_KEYS, SOURCE_ONLY_KEYS } from '../support/nasty-keys.ts';
import { bytesOf, NEVER, type SourceHarness } from './object-source.harness.ts';
import { refusing } from './object-source-refusals.suite.ts';

const CRC_TEXT = Buffer.from('123456789');
const KEYS = [...NASTY_KEYS, ...SOURCE_ONLY_KEYS];

export function describeObjectSource(name: string, open: () => Promise<SourceHarness>): void {
  describe(`${name} as an object source`, () => {
    let harness: SourceHarness;
    let source: ObjectSource;
    beforeAll(async () => {
      harness = await open();
      source = harness.source;
      for (const key of KEYS)
        await harness.put(key, { bytes: Buffer.from(key), tags: { length: String(key.length) } });
    });
    afterAll(() => harness.close());

    listing(() => source);
    reading(() => harness);
    describing(() => harness);
    refusing(() => harness);
  });
}

async function listAll(source: ObjectSource, prefix: string, keysMax: number): Promise<string[]> {
  const keys: string[] = [];
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await source.list({ prefix, after, keysMax }, NEVER);
    expect(page.entries.length).toBeLessThanOrEqual(keysMax);
    expect(page.truncated).toBe(page.next !== undefined);
    keys.push(...page.entries.map(({ key }) => key));
    after = page.next;
  }
  return keys;
}

function listing(source: () => ObjectSource): void {
  for (const keysMax of [1, 7, 1000]) {
    it(`lists every key once, in UTF-8 byte order, in pages of ${String(keysMax)}`, async () => {
      const keys = (await listAll(source(), '', keysMax)).filter((key) => KEYS.includes(key));
      expect(keys).toEqual(inByteOrder(KEYS));
    });
  }

  it('lists the keys under a prefix alone', async () => {
    for (const prefix of [
      'a',
      'a/',
      'percent%',
      'space last ',
      '/',
      '\u4e2d',
      '\u{1f600}',
      'plus+',
      'up/../',
    ]) {
      const expected = inByteOrder(KEYS.filter((key) => key.startsWith(prefix)));
      expect(await listAll(source(), prefix, 2)).toEqual(expected);
    }
  });

  it('starts strictly after any key', async () => {
    const sorted = inByteOrder(KEYS);
    for (const [at, after] of sorted.entries()) {
      const page = await source().list({ prefix: '', after, keysMax: 1000 }, NEVER);
      expect(page.entries.map(({ key }) => key).filter((key) => KEYS.includes(key))).toEqual(
        sorted.slice(at + 1),
      );
    }
  });

  it('ends a listing after the last key', async () => {
    const page = await source().list({ prefix: '', after: '\u{10ffff}\u{10ffff}', keysMax: 10 }, NEVER);
    expect(page).toEqual({ entries: [], truncated: false, next: undefined });
  });

  it('lists with each entry what a read of it answers', async () => {
    const { entries } = await source().list({ prefix: 'plain', after: '', keysMax: 1 }, NEVER);
    const { attributes } = await source().read({ key: 'plain.txt' }, NEVER);
    const { size, etag, lastModified, storageClass, type } = attributes;
    expect(entries).toEqual([{ key: 'plain.txt', size, etag, lastModified, storageClass, type }]);
  });
}

function reading(harness: () => SourceHarness): void {
  it('reads, describes and tells the tags of each key as its own object', async () => {
    const { source } = harness();
    for (const key of KEYS) {
      const { attributes, content } = await source.read({ key }, NEVER);
      expect((await bytesOf(content)).toString()).toBe(key);
      expect(attributes.tagCount).toBe(1);
      expect(await source.head(key, NEVER)).toEqual(attributes);
      expect(await source.tags(key, NEVER)).toEqual({ length: String(key.length) });
    }
  });

  it('reads nothing from an empty object', async () => {
    await harness().put('large/empty', { bytes: Buffer.alloc(0) });
    const { attributes, content } = await harness().source.read({ key: 'large/empty' }, NEVER);
    expect(attributes.size).toBe(0);
    expect(await bytesOf(content)).toHaveLength(0);
  });

  it('hands small contents out as bytes and large ones as a stream of exactly their size', async () => {
    const small = seededBytes(1, 256 * 1024);
    const large = seededBytes(2, 3 * 1024 * 1024 + 7);
    await harness().put('large/small', { bytes: small });
    await harness().put('large/large', { bytes: large });
    const asBytes = await harness().source.read({ key: 'large/small' }, NEVER);
    expect(asBytes.content.kind).toBe('bytes');
    expect((await bytesOf(asBytes.content)).equals(small)).toBe(true);
    const asStream = await harness().source.read({ key: 'large/large' }, NEVER);
    expect(asStream.content).toMatchObject({ kind: 'stream', size: large.length });
    expect((await bytesOf(asStream.content)).equals(large)).toBe(true);
  });

  it('reads a half-open range, and tells the size of the whole object', async () => {
    const bytes = seededBytes(3, 2_500_000);
    await harness().put('large/ranges', { bytes });
    const { etag } = await harness().source.head('large/ranges', NEVER);
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [2_499_999, 2_500_000],
      [1_000_000, 2_400_000],
      [0, 2_500_000],
    ] as const) {
      const { attributes, content } = await harness().source.read(
        { key: 'large/ranges', ifMatch: etag, range: { from, to } },
        NEVER,
      );
      expect(attributes.size).toBe(bytes.length);
      expect((await bytesOf(content)).equals(bytes.subarray(from, to))).toBe(true);
    }
  });

  it('ends a stream that is destroyed in the middle, again and again', async () => {
    await harness().put('large/many', { bytes: seededBytes(4, 2_000_000) });
    for (let round = 0; round < 20; round++) {
      const { content } = await harness().source.read({ key: 'large/many' }, NEVER);
      if (content.kind !== 'stream') throw new Error('expected a stream');
      if (round % 2 === 0) expect((await firstOf(content.chunks))?.length).toBeGreaterThan(0);
      content.destroy();
    }
    expect((await harness().source.head('large/many', NEVER)).size).toBe(2_000_000);
  });
}

function describing(harness: () => SourceHarness): void {
  it('tells the CRC-64/XZ in decimal, where the store has it', async () => {
    await harness().put('described/crc', { bytes: CRC_TEXT });
    await harness().put('described/old', { bytes: CRC_TEXT, withoutCrc64: true });
    expect((await harness().source.head('described/crc', NEVER)).crc64).toBe('11051210869376104954');
    expect((await harness().source.head('described/old', NEVER)).crc64).toBeUndefined();
  });

  it('tells the MD5 of a plain object and none of a multipart one', async () => {
    await harness().put('described/md5', { bytes: CRC_TEXT });
    await harness().put('described/multipart', { bytes: CRC_TEXT, type: 'Multipart' });
    const plain = await harness().source.head('described/md5', NEVER);
    expect(plain).toMatchObject({ contentMd5: 'JfnnlDI7RTiF9RgfG2JNCw==', type: 'Normal' });
    expect(plain.etag).toBe('25F9E794323B453885F5181F1B624D0B');
    const multipart = await harness().source.head('described/multipart', NEVER);
    expect(multipart).toMatchObject({ contentMd5: undefined, type: 'Multipart' });
  });

  it('keeps headers and metadata byte for byte, with any name', async () => {
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'max-age=1',
      'content-disposition': 'attachment; filename="a b.txt"',
      'content-encoding': 'gzip',
      'content-language': 'zh-CN',
      expires: 'Thu, 01 Dec 2994 16:00:00 GMT',
    };
    const metadata = {
      plain: 'value',
      under_score: '1',
      utf8: Buffer.from('\u4e2d\u6587 \u{1f600}').toString('latin1'),
      ...(JSON.parse('{"__proto__":"own"}') as Record<string, string>),
    };
    await harness().put('described/meta', {
      bytes: CRC_TEXT,
      headers,
      metadata,
      storageClass: 'IA',
      lastModified: '2021-02-03T04:05:06.000Z',
    });
    const attributes = await harness().source.head('described/meta', NEVER);
    expect(attributes.headers).toEqual(headers);
    expect(Object.entries(attributes.metadata).sort()).toEqual(Object.entries(metadata).sort());
    expect(attributes).toMatchObject({
      storageClass: 'IA',
      lastModified: '2021-02-03T04:05:06.000Z',
      tagCount: 0,
      encrypted: false,
    });
  });

  it('tells tags as they are, and none where there are none', async () => {
    const tags = { 'a key': 'a value', 'x+y': '=-._:/@', empty: '' };
    await harness().put('described/tags', { bytes: CRC_TEXT, tags });
    await harness().put('described/untagged', { bytes: CRC_TEXT });
    expect(await harness().source.tags('described/tags', NEVER)).toEqual(tags);
    expect((await harness().source.head('described/tags', NEVER)).tagCount).toBe(3);
    expect(await harness().source.tags('described/untagged', NEVER)).toEqual({});
  });
}
