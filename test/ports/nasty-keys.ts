/** Keys that stores hold and software trips over, in UTF-8 byte order. Each is well-formed Unicode of 1-1,023 bytes. */
const UNORDERED = [
  '\u0000',
  '\u0000\u0000',
  'a\u0000b',
  '\u0001\u001f\u007f\u0085',
  '\r\n\t',
  ' ',
  ' lead and trail ',
  "'; drop table oss2cos_ranges; --",
  '"double" \'single\' `back`',
  '%_\\%25',
  '../a/../b',
  'a',
  'a ',
  'a//b',
  'A',
  'é', // U+00E9
  'e\u0301', // the same letter, decomposed
  'ß',
  'ss',
  '__proto__',
  'constructor',
  'toString',
  'ключ',
  '照片',
  '\ud7ff',
  '\ue000', // after the emoji in UTF-16, before it in UTF-8
  '\ufeff',
  '\uffff',
  '\u{1f600}',
  '\u{10ffff}',
  'x'.repeat(1_023),
  '照'.repeat(341),
  'null',
  'undefined',
  '{"json":1}',
  '0',
  '00',
  '-1',
  '1e3',
];

export const NASTY_KEYS: readonly string[] = UNORDERED.toSorted((a, b) =>
  Buffer.compare(Buffer.from(a), Buffer.from(b)),
);
