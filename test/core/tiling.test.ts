import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys } from '../../lib/core/keys.ts';
import { type Stretch, TilingCheck } from '../../lib/core/tiling.ts';
import { anyKey } from '../support/arbitraries.ts';

/** Ranges that lie end to end, split at random keys. */
const tiles: fc.Arbitrary<Stretch[]> = fc.uniqueArray(anyKey, { maxLength: 8 }).map((keys) => {
  const bounds = ['', ...keys.toSorted(compareKeys)];
  return bounds.map((after, i) => ({
    rangeId: `r${String(i)}`,
    after,
    upTo: bounds[i + 1],
    state: 'listed',
  }));
});

function problemOf(ranges: readonly Stretch[]): string | undefined {
  const check = new TilingCheck();
  for (const range of ranges) check.add(range);
  return check.problem;
}

describe('the ranges of a task', () => {
  it('cover everything wherever they were split', () => {
    fc.assert(
      fc.property(tiles, (ranges) => {
        expect(problemOf(ranges)).toBeUndefined();
      }),
    );
  });

  it('do not where any of them is missing, doubled, or not listed to its end', () => {
    fc.assert(
      fc.property(tiles, fc.nat(), (ranges, n) => {
        const at = n % ranges.length;
        expect(problemOf(ranges.toSpliced(at, 1))).toBeDefined();
        expect(problemOf(ranges.toSpliced(at, 0, ranges[at]!))).toBeDefined();
        for (const state of ['open', 'failed'] as const)
          expect(problemOf(ranges.with(at, { ...ranges[at]!, state }))).toContain(ranges[at]!.rangeId);
      }),
    );
  });

  it('do not where one ends early or late', () => {
    fc.assert(
      fc.property(tiles, fc.nat(), anyKey, (ranges, n, key) => {
        const at = n % ranges.length;
        const range = ranges[at]!;
        fc.pre(range.upTo !== key);
        expect(problemOf(ranges.with(at, { ...range, upTo: key }))).toBeDefined();
      }),
    );
  });
});
