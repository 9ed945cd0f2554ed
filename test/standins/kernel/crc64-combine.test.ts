import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCrc64 } from './crc64.ts';
import { crc64Combine } from './crc64-combine.ts';

const crc64 = await loadCrc64();
const bytes = fc.uint8Array({ maxLength: 300 });

test('the joined CRC of two pieces is the CRC of their bytes together', () => {
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      const joined = crc64Combine(crc64.of(first), crc64.of(second), second.length);
      expect(joined).toBe(crc64.of(Buffer.concat([first, second])));
    }),
  );
});

test('joining is associative for pieces of any length up to terabytes', () => {
  const crc = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String);
  const length = fc.integer({ min: 0, max: 2 ** 42 });
  fc.assert(
    fc.property(crc, crc, crc, length, length, (a, b, c, lengthB, lengthC) => {
      const leftFirst = crc64Combine(crc64Combine(a, b, lengthB), c, lengthC);
      const rightFirst = crc64Combine(a, crc64Combine(b, c, lengthC), lengthB + lengthC);
      expect(leftFirst).toBe(rightFirst);
    }),
  );
});

test('a piece of no bytes changes nothing', () => {
  const check = crc64.of(Buffer.from('123456789'));
  expect(check).toBe('11051210869376104954');
  expect(crc64Combine(check, '0', 0)).toBe(check);
  expect(crc64Combine('0', check, 9)).toBe(check);
});
