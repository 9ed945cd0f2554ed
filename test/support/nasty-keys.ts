/** Keys that tools lose, rewrite or mistake for one another: each is legal, and each is its own object. */

/** Legal in OSS and in COS. */
export const NASTY_KEYS: readonly string[] = [
  'plain.txt',
  'plus+sign',
  'percent%2Bplus',
  'percent%',
  'percent%zz',
  'percent%25',
  'two words',
  ' space first',
  'space last ',
  '  ',
  'double//slash',
  'triple///',
  'up/../down',
  'here/./there',
  '../outside',
  './inside',
  '.',
  '..',
  'folder/',
  'question?mark=1&two=2',
  'hash#fragment',
  'semi;colon,comma:colon=equals@at',
  'back\\slash',
  `quote"double'single\`back`,
  'xml<&>]]>&amp;&#65;',
  'brackets[]{}()!*~$^|',
  'line\nfeed',
  'carriage\rreturn',
  'tab\there',
  'control\u0001\u0002\u001f\u007f',
  'nul\u0000byte',
  'no\u00a0break',
  'bom\ufeffinside',
  'e\u0301 decomposed',
  '\u00e9 composed',
  '\u4e2d\u6587/\u65e5\u672c\u8a9e.jpg',
  '\ue000 private use',
  '\uffff last of the plane',
  '\u{1f600} emoji',
  '\u{10ffff} last of all',
  '__proto__',
  'constructor',
  'toString',
  'a',
  'a/',
  'a/b',
  'a-b',
  'a\u0001',
  'k'.repeat(850),
  '\u4e2d'.repeat(283),
];

/** Legal in OSS alone: longer than COS takes, or with what COS refuses. */
export const SOURCE_ONLY_KEYS: readonly string[] = ['/leading slash', '//two', 's'.repeat(1023), 'esc\u001b'];

/** Illegal in COS, with the code of the refusal. */
export const REFUSED_KEYS: readonly (readonly [key: string, code: string])[] = [
  ['/leading', 'key_illegal'],
  ['\\leading', 'key_illegal'],
  ['control\u0018', 'key_illegal'],
  ['control\u001b', 'key_illegal'],
  ['k'.repeat(851), 'key_too_long'],
  ['\u4e2d'.repeat(284), 'key_too_long'],
];

/** UTF-8 byte order, by the bytes themselves: what listings are compared with. */
export function inByteOrder(keys: readonly string[]): string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
