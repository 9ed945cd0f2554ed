import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Listed, parseListing } from '../../lib/adapters/http/listing.ts';
import { XmlError } from '../../lib/adapters/http/xml.ts';
import { inByteOrder, NASTY_KEYS, SOURCE_ONLY_KEYS } from '../support/nasty-keys.ts';

interface Page {
  readonly keys: readonly string[];
  readonly truncated: boolean;
  readonly style: Style;
}

/** What may differ between the stores, their versions and the documents. */
interface Style {
  readonly space: '+' | '%20';
  readonly quote: '"' | '&quot;';
  readonly indent: '' | '\n  ';
  readonly owner: boolean;
  readonly emptyTags: boolean;
}

const style = fc.record<Style>({
  space: fc.constantFrom('+', '%20'),
  quote: fc.constantFrom('"', '&quot;'),
  indent: fc.constantFrom('', '\n  '),
  owner: fc.boolean(),
  emptyTags: fc.boolean(),
});
const PLAIN: Style = { space: '+', quote: '"', indent: '', owner: false, emptyTags: false };
const key = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom(...NASTY_KEYS, ...SOURCE_ONLY_KEYS),
);
const page = fc.record<Page>({
  keys: fc.uniqueArray(key, { maxLength: 12 }).map(inByteOrder),
  truncated: fc.boolean(),
  style,
});

function written({ keys, truncated, style: { space, quote, indent, owner, emptyTags } }: Page): string {
  const encode = (text: string): string => encodeURIComponent(text).replaceAll('%20', space);
  const contents = keys.map((text, at) => [
    '<Contents>',
    `<Key>${encode(text)}</Key>`,
    '<LastModified>2021-02-03T04:05:06.000Z</LastModified>',
    `<ETag>${quote}ABC${String(at)}${quote}</ETag>`,
    `<Size>${String(at * 1000)}</Size>`,
    ...(owner ? ['<Owner>', '<ID>1</ID>', '<DisplayName>\u4e2d&amp;</DisplayName>', '</Owner>'] : []),
    '<StorageClass>IA</StorageClass>',
    '</Contents>',
  ]);
  const lines = [
    '<Name>photos</Name>',
    emptyTags ? '<Prefix/>' : '<Prefix></Prefix>',
    '<EncodingType>url</EncodingType>',
    `<IsTruncated>${String(truncated)}</IsTruncated>`,
    ...contents.flat(),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://x/">${indent}${lines.join(indent)}${indent}</ListBucketResult>\n`;
}

const copy = (listed: Listed): Listed => ({ ...listed });
const parse = (xml: string, request = { prefix: '', after: '' }) =>
  parseListing(Buffer.from(xml, 'latin1'), request, copy);

describe('a page of a listing', () => {
  it('gives back the keys that were written, whatever they are and however it is laid out', () => {
    fc.assert(
      fc.property(page, (given) => {
        fc.pre(given.keys.length > 0 || !given.truncated);
        const { entries, truncated, next } = parse(written(given));
        expect(entries.map((entry) => entry.key)).toEqual(given.keys);
        expect(entries.map(({ etag, size }) => [etag, size])).toEqual(
          given.keys.map((_, at) => [`ABC${String(at)}`, at * 1000]),
        );
        expect(truncated).toBe(given.truncated);
        expect(next).toBe(given.truncated ? given.keys.at(-1) : undefined);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('is refused when it is cut anywhere', () => {
    const xml = written({ keys: ['a', 'b c'], truncated: true, style: PLAIN }).trimEnd();
    for (let end = 0; end < xml.length; end++) expect(() => parse(xml.slice(0, end))).toThrow(XmlError);
  });

  it('is read piece by piece where it is long, and refused when it is cut, goes on behind its end or begins again', () => {
    const keys = Array.from({ length: 1_000 }, (_, at) => `photos/${String(at).padStart(6, '0')}/\u4e2d.jpg`);
    for (const indent of ['', '\n  '] as const) {
      const xml = written({ keys, truncated: true, style: { ...PLAIN, owner: true, indent } }).trimEnd();
      const { entries, next } = parse(xml);
      expect(entries.map((entry) => entry.key)).toEqual(keys);
      expect(next).toBe(keys.at(-1));
      for (let end = xml.length - 1; end > 0; end -= 997)
        expect(() => parse(xml.slice(0, end))).toThrow(XmlError);
      const contents = xml.slice(xml.indexOf('<Contents>'), xml.lastIndexOf('</Contents>') + 11);
      expect(() => parse(xml + contents)).toThrow(XmlError);
      expect(() => parse(xml + xml)).toThrow(XmlError);
      expect(() => parse(xml.replace(contents, contents + contents))).toThrow(XmlError);
    }
  });

  it('is not kept in memory by the place where the next one starts', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const keys = Array.from({ length: 1_000 }, (_, at) => `photo-${String(at).padStart(6, '0')}-holiday.jpg`);
    const body = Buffer.from(written({ keys, truncated: true, style: PLAIN }), 'latin1');
    const nextOf = () => parseListing(body, { prefix: '', after: '' }, () => undefined).next;
    nextOf();
    collect();
    const before = process.memoryUsage().heapUsed;
    const places = Array.from({ length: 200 }, nextOf);
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(places.length * 4 * 1024);
  });

  it('is refused when keys are out of order, twice, before the start or without the prefix', () => {
    const xml = (keys: string[]): string => written({ keys, truncated: false, style: PLAIN });
    expect(() => parse(xml(['b', 'a']))).toThrow(XmlError);
    expect(() => parse(xml(['a', 'a']))).toThrow(XmlError);
    expect(() => parse(xml(['\u{1f600}', '\uffff']))).toThrow(XmlError);
    expect(() => parse(xml(['b']), { prefix: '', after: 'b' })).toThrow(XmlError);
    expect(() => parse(xml(['b']), { prefix: 'c', after: '' })).toThrow(XmlError);
    expect(parse(xml(['\uffff', '\u{1f600}'])).entries).toHaveLength(2);
  });

  it('is refused when it promises more and leads nowhere, is not encoded, or is no listing', () => {
    const xml = written({ keys: ['a', 'b'], truncated: true, style: PLAIN });
    expect(() => parse(written({ keys: [], truncated: true, style: PLAIN }))).toThrow(XmlError);
    const wrong = [
      xml.replace('<EncodingType>url</EncodingType>', ''),
      xml.replace('<IsTruncated>true</IsTruncated>', ''),
      xml.replace('<Size>0</Size>', '<Size>-1</Size>'),
      xml.replace('<Size>0</Size>', ''),
      xml.replace('<Key>a</Key>', ''),
      xml.replace('<Key>a</Key>', '<Key>%ff</Key>'),
      xml.replace('<Key>a</Key>', '<Key>%zz</Key>'),
      xml.replace('<Key>a</Key>', '<Key>&bogus;</Key>'),
      xml.replaceAll('ListBucketResult', 'Error'),
      `${xml}<more/>`,
      '<html><body>Bad gateway</body></html>',
      'no XML',
      '',
    ];
    for (const text of wrong) expect(() => parse(text)).toThrow(XmlError);
  });

  it('goes on behind the marker where that is further than the last key', () => {
    const xml = written({ keys: ['a'], truncated: true, style: PLAIN });
    const marked = (marker: string) =>
      xml.replace('<Contents>', `<NextMarker>${marker}</NextMarker><Contents>`);
    expect(parse(marked('x%2Fy+z')).next).toBe('x/y z');
    expect(parse(marked('a')).next).toBe('a');
  });
});
