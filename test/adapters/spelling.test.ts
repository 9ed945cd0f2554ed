import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Listed, parseListing } from '../../lib/adapters/http/listing.ts';
import { Spellings } from '../../lib/adapters/http/spelling.ts';
import { XmlError } from '../../lib/adapters/http/xml.ts';

const ORDERED = Array.from({ length: 6 }, (_, at) => String.fromCharCode(0x61 + at));

/** What may stand in an entry, rightly or wrongly; the first ones make a whole one. */
const ELEMENTS = [
  '<ETag>"A"</ETag>',
  '<ETag>&quot;B&quot;</ETag>',
  '<ETag/>',
  '<ETag></ETag>',
  '<StorageClass>IA</StorageClass>',
  '<StorageClass >IA</StorageClass>',
  '<Type>Normal</Type>',
  '<Type note="a>b">Symlink</Type>',
  '<Owner><ID>1</ID><DisplayName>x</DisplayName></Owner>',
  '<Owner><Key>no</Key><Size>x</Size></Owner>',
  '<Owner> <ID/></Owner>',
  '<Size>7</Size>',
  '<Key\t>z</Key\t>',
  '<.*>(</.*>',
  '<Extra>&amp;</Extra>',
  '</Contents>',
  '<Contents>',
  '<!-- -->',
  ' ',
  'text',
];
const values = fc.record({
  key: fc.constantFrom('', '+', '%20', '%F0%9F%98%80', '%zz', '&amp;', '&no;', '$', '%2B'),
  size: fc.constantFrom('0', '12345', '999999999999999', '1000000000000000', '', '1e3', '-1', ' 1'),
  modified: fc.constantFrom('2024-01-02T03:04:05.000Z', '', 'x'),
});
const usual = fc.record({
  key: fc.constantFrom('', '+', '%20'),
  size: fc.constantFrom('0', '12345'),
  modified: fc.constantFrom('2024-01-02T03:04:05.000Z'),
});
const more = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom([], ELEMENTS.slice(0, 1), ELEMENTS.slice(4, 5)) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...ELEMENTS), { maxLength: 3 }) },
);
const entry = fc.record({
  values: fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: values }),
  more,
  indent: fc.constantFrom('', '', '', '\n  '),
});
type Given = typeof entry extends fc.Arbitrary<infer T> ? T : never;

function written({ values: { key, size, modified }, more: extra, indent }: Given, at: number): string {
  const lines = [
    `<Contents>`,
    `<Key>${ORDERED[at] ?? ''}${key}</Key>`,
    `<Size>${size}</Size>`,
    ...extra,
    `<LastModified>${modified}</LastModified>`,
    '</Contents>',
  ];
  return lines.join(indent);
}

function parsed(contents: string): Listed[] | 'refused' {
  const head = '<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>';
  const request = { prefix: '', after: '' };
  try {
    const body = Buffer.from(`${head}${contents}</ListBucketResult>`, 'latin1');
    return parseListing(body, request, (e) => ({ ...e })).entries;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return 'refused';
  }
}

describe('an entry behind others', () => {
  it('is read, or refused, as it is alone, where nothing is known of how it is spelled', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: ORDERED.length }), (entries) => {
        const texts = entries.map(written);
        const alone = texts.map(parsed);
        const together = alone.includes('refused') ? 'refused' : alone.flat();
        // Two broken ones may make a whole, which has to be read as the parser alone does: it is no matter of spelling.
        fc.pre(!texts.some((text) => text.split('Contents>').length !== 3));
        expect(parsed(texts.join(''))).toEqual(together);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});

describe('a spelling that was learned', () => {
  const learned = (text: string): Spellings => {
    const spellings = new Spellings(['Key', 'Size', 'ETag']);
    spellings.learn(text);
    return spellings;
  };
  const ENTRY = '\n <C><Key>a</Key><Size>1</Size><O><Key>b</Key></O></C>';

  it('reads the next entry, from where it begins to where it ends', () => {
    const spellings = learned(ENTRY);
    const next = ENTRY.replace('>a<', '>&amp;%20<').replace('>1<', '><').replace('>b<', '>other<');
    expect(spellings.read(`x${next}y`, 1)).toEqual(['&amp;%20', '', undefined]);
    expect(spellings.end).toBe(1 + next.length);
  });

  it('leaves to the parser what is spelled otherwise, and what is cut', () => {
    const spellings = learned(ENTRY);
    const others = [
      ENTRY.replace('\n', ''),
      ENTRY.replace('<O>', '<O >'),
      ENTRY.replace('Size>1', 'Size><b/>1'),
    ];
    for (const other of others) expect(spellings.read(other, 0), other).toBeUndefined();
    for (let end = 0; end < ENTRY.length; end++)
      expect(spellings.read(ENTRY.slice(0, end), 0)).toBeUndefined();
  });

  it('takes what means something in a pattern for what it is', () => {
    const odd = '<C x="^$.*+?()[]{}|\\/d"><Key>a</Key></C>';
    expect(learned(odd).read(odd, 0)).toEqual(['a', undefined, undefined]);
    expect(learned('<C x=".*"><Key>a</Key></C>').read('<C x="ab"><Key>a</Key></C>', 0)).toBeUndefined();
  });

  it('is not learned from an empty element, a field that comes twice, or surroundings without end', () => {
    const long = `<C><Key>a</Key>${'<X>x</X>'.repeat(1_000)}</C>`;
    for (const entry of ['<C><Key>a</Key><Size/></C>', '<C><Key>a</Key><Key>b</Key></C>', long])
      expect(learned(entry).read(entry, 0), entry.slice(0, 40)).toBeUndefined();
  });
});
