/** HTTP, signatures and the two vendors' answers: bytes that are cut, doubled or of another object. */
import type { Mutant } from '../mutant.ts';

const CONNECTION = {
  file: 'lib/adapters/http/connection.ts',
  tests: [
    'test/adapters/http-dishonest.test.ts',
    'test/adapters/http-answer.test.ts',
    'test/adapters/http-stream.test.ts',
    'test/adapters/http.test.ts',
  ],
};
const FRAMING = {
  file: 'lib/adapters/http/framing.ts',
  tests: [
    'test/adapters/http-dishonest.test.ts',
    'test/adapters/http-answer.test.ts',
    'test/adapters/http-stream.test.ts',
  ],
};
const LISTING = { file: 'lib/adapters/http/listing.ts', tests: ['test/adapters/listing.test.ts'] };
const SOURCE = {
  file: 'lib/adapters/oss/object-source.ts',
  tests: ['test/adapters/oss-object-source.test.ts'],
};
const WRITE = { file: 'lib/adapters/cos/write.ts', tests: ['test/adapters/cos-object-sink.test.ts'] };

export const WIRE: readonly Mutant[] = [
  {
    ...CONNECTION,
    name: 'http-truncated-is-whole',
    find: 'exchange?.endsWithConnection() === true && ',
    replace: 'exchange !== undefined && ',
    breaks: 'A body that was cut off is taken as whole.',
  },
  {
    ...CONNECTION,
    name: 'http-excess-reused',
    find: 'exchange.keepsAlive && !excess && ',
    replace: 'exchange.keepsAlive && ',
    breaks: 'The rest of one answer is read as the next one.',
  },
  {
    ...CONNECTION,
    name: 'http-unsent-reused',
    find: '!excess && !unsent',
    replace: '!excess',
    breaks: 'The rest of one request is sent as the head of the next.',
  },
  {
    ...FRAMING,
    name: 'http-chunk-overrun',
    find: "if (line !== '') throw new TypeError('a chunk is longer than its size');",
    replace: '',
    breaks: 'Bytes between two chunks are swallowed.',
  },
  {
    name: 'http-content-length',
    file: 'lib/adapters/http/send.ts',
    find: 'if (sent !== size) throw',
    replace: 'if (sent > size) throw',
    breaks: 'A content that ends early is not told, and the request hangs.',
    tests: ['test/adapters/http-stream.test.ts', 'test/adapters/cos-object-sink.test.ts'],
  },
  {
    name: 'http-redirect-is-success',
    file: 'lib/adapters/http/store-call.ts',
    find: 'response.status < 300',
    replace: 'response.status < 400',
    breaks: 'A redirect is stored as the content of an object.',
    tests: ['test/adapters/http-dishonest.test.ts'],
  },
  {
    ...LISTING,
    name: 'listing-out-of-order',
    find: "if (compareKeys(key, last) <= 0) throw new XmlError('the keys are out of order');",
    replace: '',
    breaks: 'A page out of order loses keys.',
  },
  {
    ...LISTING,
    name: 'listing-plus',
    find: "encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded",
    replace: 'encoded',
    breaks: 'A key with a space becomes one with a plus.',
  },
  {
    ...LISTING,
    name: 'listing-marker',
    find: 'marker !== undefined && compareKeys(marker, last) > 0 ? marker : last',
    replace: 'last',
    breaks: 'A listing that looked further goes back.',
  },
  {
    ...SOURCE,
    name: 'oss-no-if-match',
    find: 'if (ifMatch !== undefined) headers.push(\'if-match\', `"${ifMatch}"`);',
    replace: '',
    breaks: 'Any version is read, whichever was asked for.',
  },
  {
    ...SOURCE,
    name: 'oss-range-end',
    find: 'String(range.to - 1)',
    replace: 'String(range.to)',
    breaks: 'Each part has the first byte of the next one too.',
  },
  {
    ...SOURCE,
    name: 'oss-whole-for-a-part',
    find: 'range !== undefined && response.status !== 206',
    replace: 'range !== undefined && response.status === 299',
    breaks: 'The whole object is uploaded as one of its parts.',
    tests: ['test/adapters/http-dishonest.test.ts'],
  },
  {
    ...WRITE,
    name: 'cos-unguarded',
    find: "if (forbidOverwrite) headers.push('x-cos-forbid-overwrite', 'true');\n    const body",
    replace: 'const body',
    breaks: 'COS is not told that it must not overwrite.',
  },
  {
    ...WRITE,
    name: 'cos-complete-unguarded',
    find: "if (forbidOverwrite) headers.push('x-cos-forbid-overwrite', 'true');\n  const body",
    replace: 'const body',
    breaks: 'COS is not told that an upload must not overwrite.',
  },
  {
    ...WRITE,
    name: 'cos-no-md5',
    find: 'headers, contentMd5, body }',
    replace: 'headers, body }',
    breaks: 'COS cannot refuse a body that was changed on the way.',
  },
  {
    ...WRITE,
    name: 'cos-error-in-200',
    find: 'if (vendorCode !== undefined) {',
    replace: 'if (vendorCode === null) {',
    breaks: 'An error that comes as 200 loses its meaning.',
    tests: ['test/adapters/cos-faults.test.ts'],
  },
  {
    name: 'signing-odd-keys',
    file: 'lib/core/keys.ts',
    find: "/[!'()*]/g",
    replace: '/[!()*]/g',
    breaks: 'A key with an apostrophe is signed in another way than it is sent.',
    tests: ['test/adapters/signing.test.ts', 'test/core/keys.test.ts'],
  },
  {
    name: 'signing-kept-too-long',
    file: 'lib/adapters/oss/signing-v4.ts',
    find: ' && kept.date.slice(0, 8) === date.slice(0, 8)',
    replace: '',
    breaks: 'At midnight every signature becomes wrong.',
    tests: ['test/adapters/signing-kept.test.ts'],
  },
  {
    name: 'signing-kept-secret',
    file: 'lib/adapters/cos/object-signing.ts',
    find: ' || kept.secret !== secret',
    replace: '',
    breaks: 'A secret that was changed goes on signing.',
    tests: ['test/adapters/signing-kept.test.ts'],
  },
];
