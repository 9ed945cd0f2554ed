import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, cosKeyProblem, encodeKey, justBefore, targetKeyOf } from '../../lib/core/keys.ts';
import { anyKey } from '../support/arbitraries.ts';
import { NASTY_KEYS, REFUSED_KEYS } from '../support/nasty-keys.ts';

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareKeys(a, b))).toBe(bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is that of their UTF-8 bytes also far behind what they have in common', () => {
    fc.assert(
      fc.property(anyKey, fc.nat({ max: 40 }), anyKey, anyKey, (start, length, a, b) => {
        const common = start.repeat(8).slice(0, length).toWellFormed();
        const bytes = Buffer.compare(Buffer.from(common + a), Buffer.from(common + b));
        expect(Math.sign(compareKeys(common + a, common + b))).toBe(bytes);
      }),
      { seed: 1, numRuns: 3_000 },
    );
  });

  it('puts an emoji after the private use area, which JavaScript puts before it', () => {
    expect(['\ue000', '\u{1f600}'].toSorted()).toEqual(['\u{1f600}', '\ue000']);
    expect(compareKeys('\u{1f600}', '\ue000')).toBeGreaterThan(0);
  });
});

describe('the place just before a key', () => {
  it('comes before the key', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(compareKeys(justBefore(key), key)).toBeLessThan(0);
      }),
    );
  });

  it('leaves between the two only keys that begin with it', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (key, other) => {
        const before = justBefore(key);
        const isBetween = compareKeys(before, other) < 0 && compareKeys(other, key) < 0;
        expect(isBetween && !other.startsWith(before)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is no longer than a key of COS may be', () => {
    for (const key of ['k'.repeat(850), '\u4e2d'.repeat(283), 'k'.repeat(847)]) {
      expect(Buffer.byteLength(justBefore(key))).toBeLessThanOrEqual(850);
    }
  });
});

describe('what COS takes as a key', () => {
  it('includes every nasty key that is legal', () => {
    expect(NASTY_KEYS.filter((key) => cosKeyProblem(key) !== undefined)).toEqual([]);
  });

  it('excludes each key that COS refuses, with the reason COS has', () => {
    const codes = REFUSED_KEYS.map(([key]) => cosKeyProblem(key)?.code.toLowerCase());
    expect(codes).toEqual(REFUSED_KEYS.map(([, code]) => code));
  });

  it('ends at 850 bytes, whatever the number of characters', () => {
    for (const unit of ['k', 'é', '中', '\u{1f600}']) {
      const fits = unit.repeat(Math.floor(850 / Buffer.byteLength(unit)));
      const pad = 'k'.repeat(850 - Buffer.byteLength(fits));
      expect(cosKeyProblem(fits + pad)).toBeUndefined();
      expect(cosKeyProblem(fits + pad + 'k')?.code).toBe('KEY_TOO_LONG');
    }
  });

  it('excludes the empty key and half a surrogate pair', () => {
    expect(cosKeyProblem('')?.code).toBe('KEY_ILLEGAL');
    expect(cosKeyProblem('a\ud83d')?.code).toBe('KEY_ILLEGAL');
  });
});

describe('the target key', () => {
  const mapping = { sourcePrefix: '2024/', targetPrefix: 'to/', stripPrefix: false };

  it('is the target prefix and the source key, joined as they stand', () => {
    expect(targetKeyOf('2024//a/../b ', mapping)).toBe('to/2024//a/../b ');
  });

  it('lacks the source prefix only where it is to be stripped and is there', () => {
    const strips = { ...mapping, stripPrefix: true };
    expect(targetKeyOf('2024/a', strips)).toBe('to/a');
    expect(targetKeyOf('2023/a', strips)).toBe('to/2023/a');
    expect(targetKeyOf('2024/2024/a', strips)).toBe('to/2024/a');
  });
});

describe('a key in a request path', () => {
  it('decodes to itself, and collapses no dots or slashes', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const path = encodeKey(key);
        expect(path).toMatch(/^(?:[A-Za-z0-9\-_.~/]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(path)).toBe(key);
      }),
    );
    expect(encodeKey('a//../b')).toBe('a//../b');
  });
});
