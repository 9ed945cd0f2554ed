/** Whatever a store or a proxy answers: bounded runs over broken documents and heads. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseHead } from '../../lib/adapters/http/head.ts';
import { parseListing } from '../../lib/adapters/http/listing.ts';
import { errorCodeOf } from '../../lib/adapters/http/store-call.ts';
import { textOfChild, XmlError } from '../../lib/adapters/http/xml.ts';

const RUNS = { numRuns: 2_000, seed: 20_261_121 } as const;

const DOCUMENTS = [
  '<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated>' +
    '<NextContinuationToken>a</NextContinuationToken><Contents><Key>a%2Bb</Key><Size>1</Size>' +
    '<ETag>&quot;e&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified><Owner><ID>1</ID></Owner>' +
    '</Contents></ListBucketResult>',
  '<ListBucketResult><IsTruncated>false</IsTruncated><NextMarker/></ListBucketResult>',
  '<Error><Code>AccessDenied</Code><Message>&#x41;&amp;</Message></Error>',
  '<CompleteMultipartUploadResult><Location>h</Location><ETag>"e-1"</ETag></CompleteMultipartUploadResult>',
];
const PIECES = [
  '<',
  '>',
  '</',
  '/>',
  '&',
  '&#x110000;',
  '&#55296;',
  '<!--',
  '<![CDATA[',
  '<!DOCTYPE a [',
  '%',
  '\u0000',
];
const broken = fc
  .record({
    document: fc.constantFrom(...DOCUMENTS),
    at: fc.nat({ max: 420 }),
    drop: fc.nat({ max: 30 }),
    put: fc.oneof(fc.constantFrom(...PIECES, ...DOCUMENTS), fc.string({ unit: 'binary', maxLength: 5 })),
  })
  .map(({ document, at, drop, put }) => document.slice(0, at) + put + document.slice(at + drop));

const NESTED = '<a>'.repeat(200_000);
const list = (xml: string) =>
  parseListing(Buffer.from(xml, 'latin1'), { prefix: '', after: '' }, ({ key }) => key);

type Refusal = typeof XmlError | typeof TypeError;

/** Anything but the parser's own kind of refusal is a defect. */
function answersOrRefuses(work: () => unknown, refusal: Refusal): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
    expect(error.message).not.toBe('');
  }
}

describe('a broken document', () => {
  it('of a listing is refused as such, or lists well-formed keys in order', () => {
    fc.assert(
      fc.property(broken, (xml) => {
        answersOrRefuses(() => {
          const { entries } = list(xml);
          expect(entries.every((key) => key.isWellFormed())).toBe(true);
        }, XmlError);
      }),
      RUNS,
    );
  });

  it('of a refusal tells a code like the vendors’, or none; a Complete’s an XmlError at most', () => {
    fc.assert(
      fc.property(broken, (xml) => {
        expect(errorCodeOf(xml) ?? 'None').toMatch(/^[A-Za-z][\w.-]{0,63}$/);
        answersOrRefuses(() => textOfChild(xml, 'CompleteMultipartUploadResult', 'ETag'), XmlError);
      }),
      RUNS,
    );
  });

  it('nested two hundred thousand deep is refused before the stack ends', () => {
    expect(() => list(`<ListBucketResult>${NESTED}`)).toThrow(XmlError);
    expect(() => list(`<ListBucketResult><Contents>${NESTED}`)).toThrow(XmlError);
    expect(errorCodeOf(`<Error>${NESTED}`)).toBeUndefined();
  });

  it('that echoes what was sent in the place of a code tells no code', () => {
    for (const echo of ['GET\nx-oss-security-token:abc', 'a b', 'k'.repeat(65), '\u001b[2J'])
      expect(errorCodeOf(`<Error><Code>${echo}</Code></Error>`)).toBeUndefined();
    expect(errorCodeOf('<Error><Code>NoSuchKey</Code></Error>')).toBe('NoSuchKey');
  });
});

it('the head of an answer is read, or refused with a TypeError; no header spans lines', () => {
  const head = fc
    .tuple(
      fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.0 9', 'HTTP/2 200', ''),
      fc.array(fc.string({ unit: 'binary' })),
    )
    .map(([first, lines]) => [first, ...lines].join('\r\n'));
  fc.assert(
    fc.property(head, (text) => {
      answersOrRefuses(() => {
        const read = new ResponseHead(text);
        read.keepsAlive();
        for (const [name, value] of read.headers()) expect(`${name}${value}`).not.toContain('\r\n');
      }, TypeError);
    }),
    RUNS,
  );
});
