/** Decisions of lib/core: keys, filters, slices, conflict rules, what to try again. */
import { type Mutant, SIMULATION } from '../mutant.ts';

const FILTER = { file: 'lib/core/filter.ts', tests: ['test/core/filter.test.ts'] };
const KEYS = { file: 'lib/core/keys.ts', tests: ['test/core/keys.test.ts'] };
const SLICES = { file: 'lib/core/slices.ts', tests: ['test/core/slices.test.ts'] };
const CONFLICT = { file: 'lib/core/conflict.ts', tests: ['test/core/conflict.test.ts'] };
const ERRORS = { file: 'lib/core/errors.ts', tests: ['test/core/failures.test.ts'] };

export const DECIDING: readonly Mutant[] = [
  {
    ...FILTER,
    name: 'filter-smallest',
    find: 'size >= minBytes',
    replace: 'size > minBytes',
    breaks: 'Objects of exactly minBytes are left out.',
  },
  {
    ...FILTER,
    name: 'filter-last-instant',
    find: '< beforeMs',
    replace: '<= beforeMs',
    breaks: 'Objects of the instant that modifiedBefore excludes are taken.',
  },
  {
    ...FILTER,
    name: 'filter-bad-lines',
    find: 'entry.problem !== undefined || ',
    replace: '',
    breaks: 'Lines that could not be read vanish instead of failing.',
  },
  {
    ...KEYS,
    name: 'keys-utf16-order',
    find: 'return byteRank(x) - byteRank(y);',
    replace: 'return x - y;',
    breaks: 'Keys are compared in the order of UTF-16, which is not that of the listings.',
  },
  {
    ...KEYS,
    name: 'keys-dots-collapse',
    find: 'return UNRESERVED_PATH.test(key) ? key :',
    replace: 'return UNRESERVED_PATH.test(key) ? new URL(`http://h/${key}`).pathname.slice(1) :',
    breaks: 'A key with .. becomes another key.',
  },
  {
    ...KEYS,
    name: 'keys-strip-anything',
    find: 'mapping.stripPrefix && sourceKey.startsWith(mapping.sourcePrefix)',
    replace: 'mapping.stripPrefix',
    breaks: 'Keys of a manifest lose characters that are no prefix.',
  },
  {
    ...KEYS,
    name: 'keys-characters-for-bytes',
    find: '&& Buffer.byteLength(key) > COS_KEY_BYTES_MAX',
    replace: '&& key.length > COS_KEY_BYTES_MAX',
    breaks: 'The length of a key is counted in characters, where COS counts bytes.',
  },
  {
    ...SLICES,
    name: 'slices-hole-in-path',
    find: 'cameBy.has(span.from) && !cameBy.has(span.to)',
    replace: '!cameBy.has(span.to)',
    breaks: 'A segment is done although entries in its middle are not.',
  },
  {
    ...SLICES,
    name: 'slices-any-end',
    find: 'from < to && to <= count',
    replace: 'from < to',
    breaks: 'A result that tells of more entries than there are keeps a segment from being copied.',
    tests: ['test/core/slices.test.ts', 'test/app/tampering.test.ts'],
  },
  {
    ...SLICES,
    name: 'tally-forgets',
    find: 'size: a.verified.size + b.verified.size',
    replace: 'size: b.verified.size',
    breaks: 'The report counts fewer verified objects than there are.',
  },
  {
    name: 'segments-too-full',
    file: 'lib/core/segments.ts',
    find: 'current.length >= limits.entriesMax',
    replace: 'current.length > limits.entriesMax',
    breaks: 'A segment holds one entry more than it may.',
    tests: ['test/core/cutting.test.ts'],
  },
  {
    ...CONFLICT,
    name: 'conflict-newer-inverted',
    find: "isOlder(source, target) ? 'skip' : 'copy'",
    replace: "isOlder(source, target) ? 'copy' : 'skip'",
    breaks: 'newer overwrites what is newer in the target.',
  },
  {
    ...CONFLICT,
    name: 'conflict-newer-equal',
    find: 'source.lastModifiedMs < target.lastModifiedMs',
    replace: 'source.lastModifiedMs <= target.lastModifiedMs',
    breaks: 'newer skips an object as old as the target’s.',
  },
  {
    ...CONFLICT,
    name: 'conflict-unknown-crc',
    find: 'source.crc64 !== undefined && ',
    replace: '',
    breaks: 'Two objects without a CRC-64 are taken for equal.',
  },
  {
    ...ERRORS,
    name: 'retry-denied',
    find: 'denied: false',
    replace: 'denied: true',
    breaks: 'A key without rights is tried again and again.',
  },
  {
    ...ERRORS,
    name: 'retry-stale',
    find: 'stale: false',
    replace: 'stale: true',
    breaks: 'A version that is gone is asked for six times.',
  },
  {
    name: 'retry-anything',
    file: 'lib/app/retry.ts',
    find: ' || !isRetryable(error)',
    replace: '',
    breaks: 'Defects and refusals are tried again.',
    tests: ['test/app/retry.test.ts'],
  },
  {
    name: 'retry-for-ever',
    file: 'lib/app/retry.ts',
    find: 'number >= policy.attemptsMax || ',
    replace: '',
    breaks: 'What fails is tried for ever.',
    tests: ['test/app/retry.test.ts'],
  },
  {
    name: 'manifest-count',
    file: 'lib/core/manifest.ts',
    find: ' || lines.length !== count',
    replace: '',
    breaks: 'A manifest that lost lines is copied as if it were whole.',
    tests: ['test/core/manifest.test.ts'],
  },
  {
    name: 'outcomes-shifted',
    file: 'lib/core/outcomes.ts',
    find: 'args.entries[from + i]',
    replace: 'args.entries[i]',
    breaks: 'The failed list names other keys than those that failed.',
    tests: ['test/core/slices.test.ts', SIMULATION],
  },
];
