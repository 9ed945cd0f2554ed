import { describe, expect, it } from 'vitest';
import { type ConflictRule, decideConflict, isUnchanged } from '../../lib/core/conflict.ts';
import type { ObjectVersion } from '../../lib/core/object.ts';

const SOURCE: ObjectVersion = { size: 10, lastModifiedMs: 1_000 };

/** How the target's object relates to the source's. */
const TARGETS = {
  absent: undefined,
  same: SOURCE,
  older: { size: 10, lastModifiedMs: 999 },
  newer: { size: 10, lastModifiedMs: 1_001 },
  larger: { size: 11, lastModifiedMs: 1_000 },
  timeless: { size: 10, lastModifiedMs: undefined },
  sizeless: { size: undefined, lastModifiedMs: 1_000 },
} as const satisfies Record<string, ObjectVersion | undefined>;

const EXPECTED: Record<ConflictRule, Record<keyof typeof TARGETS, 'copy' | 'skip' | 'compare'>> = {
  overwrite: {
    absent: 'copy',
    same: 'copy',
    older: 'copy',
    newer: 'copy',
    larger: 'copy',
    timeless: 'copy',
    sizeless: 'copy',
  },
  skip: {
    absent: 'copy',
    same: 'skip',
    older: 'skip',
    newer: 'skip',
    larger: 'skip',
    timeless: 'skip',
    sizeless: 'skip',
  },
  newer: {
    absent: 'copy',
    same: 'copy',
    older: 'copy',
    newer: 'skip',
    larger: 'copy',
    timeless: 'copy',
    sizeless: 'copy',
  },
  changed: {
    absent: 'copy',
    same: 'compare',
    older: 'compare',
    newer: 'compare',
    larger: 'copy',
    timeless: 'compare',
    sizeless: 'copy',
  },
};

describe('the conflict rule', () => {
  for (const rule of Object.keys(EXPECTED) as ConflictRule[]) {
    it(`${rule} decides every relation as its table says`, () => {
      const decided = Object.fromEntries(
        Object.entries(TARGETS).map(([name, target]) => [name, decideConflict(rule, SOURCE, target)]),
      );
      expect(decided).toEqual(EXPECTED[rule]);
    });
  }

  it('never keeps an object from being copied because its own size or time is unknown', () => {
    const unknown = { size: undefined, lastModifiedMs: undefined };
    expect(decideConflict('newer', unknown, TARGETS.newer)).toBe('copy');
    expect(decideConflict('changed', unknown, TARGETS.larger)).toBe('compare');
  });
});

describe('an object is unchanged', () => {
  const version = { size: 3, lastModifiedMs: undefined, crc64: '7' };

  it('only where both sides state the same size and the same CRC-64', () => {
    expect(isUnchanged(version, version)).toBe(true);
    expect(isUnchanged(version, { ...version, size: 4 })).toBe(false);
    expect(isUnchanged(version, { ...version, crc64: '8' })).toBe(false);
    expect(isUnchanged({ ...version, crc64: undefined }, { ...version, crc64: undefined })).toBe(false);
  });
});
