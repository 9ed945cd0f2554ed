import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, parseBytes } from '../../lib/core/bytes.ts';

describe('a byte size', () => {
  it('counts SI units by 1,000 and IEC units by 1,024, in any case', () => {
    const sizes: Record<string, number> = {
      '0': 0, '7': 7, '7B': 7, '1K': 1_000, '1kb': 1_000, '1KiB': 1_024, '1 KI': 1_024,
      '100MiB': 104_857_600, '1.5 GB': 1_500_000_000, '2TiB': 2 * 1024 ** 4, '1P': 1e15, '1PiB': 1024 ** 5,
    }; // prettier-ignore
    for (const [text, bytes] of Object.entries(sizes))
      expect([text, parseBytes(text)]).toEqual([text, bytes]);
  });

  it('is refused where text is none', () => {
    for (const text of ['', 'B', '-1', '1.', '.5', '1e3', '1 EiB', '1 KiBB', 'MiB', '1\n2', ' 1']) {
      expect(() => parseBytes(text), JSON.stringify(text)).toThrow(RangeError);
    }
  });

  it('is shown with at most three digits and never as a thousand of a unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 49 }), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^(\d{1,3}|\d{1,2}\.\d) ([KMGTP]i)?B$/);
      }),
    );
    expect(formatBytes(1_023_999)).toBe('1.0 MiB');
    expect(formatBytes(102_399)).toBe('100 KiB');
  });

  it('is shown within 5 % of what it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
        const shown = parseBytes(formatBytes(bytes));
        expect(Math.abs(shown - bytes)).toBeLessThanOrEqual(bytes * 0.051);
      }),
    );
  });
});
