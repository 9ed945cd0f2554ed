import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthBelow, lengthOf, placeAt, without } from '../../lib/core/stretches.ts';

const part = fc.double({ min: 0, max: 1, noNaN: true });
const stretch = fc.tuple(part, part).map(([a, b]) => (a < b ? { low: a, high: b } : { low: b, high: a }));

describe('what gaps leave of a stretch', () => {
  it('lies in the stretch and in no gap, and ascends', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 6 }), stretch, fc.array(part), (gaps, whole, places) => {
        const left = without(gaps, whole);
        for (const place of places) {
          const isLeft =
            place >= whole.low &&
            place < whole.high &&
            !gaps.some(({ low, high }) => place >= low && place < high);
          expect(left.some(({ low, high }) => place >= low && place < high)).toBe(isLeft);
        }
        expect(left.flatMap(({ low, high }) => [low, high])).toEqual(
          left.flatMap(({ low, high }) => [low, high]).toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it('is found again by the length below a place', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 6 }), stretch, part, (gaps, whole, share) => {
        const left = without(gaps, whole);
        const length = lengthOf(left) * share;
        expect(lengthBelow(left, placeAt(left, length))).toBeCloseTo(left.length === 0 ? 0 : length, 9);
      }),
    );
  });
});
