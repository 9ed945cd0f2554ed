import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeySpace, LAST_POINT } from '../../lib/core/key-space.ts';
import { compareKeys } from '../../lib/core/keys.ts';
import { anyKey } from '../support/arbitraries.ts';

const LONG = 'one/long/common/prefix/'.repeat(20);
const UNICODE = Array.from(' %+aé中\ue000\uff5e😀\u{10fffe}');

const uuid = (number: number) => {
  const hex = Array.from({ length: 4 }, (_, i) =>
    (Math.imul(number + 1, 2_654_435_761 + 40_503 * i) >>> 0).toString(16).padStart(8, '0'),
  ).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
};
const SHAPES: Readonly<Record<string, (number: number) => string>> = {
  'one long common prefix': (number) => LONG + String(number).padStart(9, '0'),
  dates: (number) => new Date(1_577_836_800_000 + number * 37_000).toISOString(),
  uuids: uuid,
  'decimal ids': (number) => `object-${String(number).padStart(9, '0')}.bin`,
  'unicode beyond the BMP': (number) =>
    Array.from(String(number).padStart(7, '0'), (digit) => UNICODE[Number(digit)]).join(''),
};

function shaped(shape: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => SHAPES[shape]!(i * 7)).sort(compareKeys);
}

function inOrder(a: string, b: string): readonly [string, string] {
  return compareKeys(a, b) < 0 ? [a, b] : [b, a];
}

function spaceOf(keys: readonly string[]): KeySpace {
  const space = new KeySpace();
  for (const key of keys) space.learnListed(key);
  return space;
}

describe('keys that cut the way between two others', () => {
  it('lie strictly between them, are well-formed and ascend, whatever was learned', () => {
    fc.assert(
      fc.property(
        fc.array(anyKey, { maxLength: 12 }),
        fc.array(fc.tuple(anyKey, anyKey), { maxLength: 4 }),
        anyKey,
        anyKey,
        fc.record({ count: fc.integer({ min: 1, max: 20 }), isBounded: fc.boolean() }),
        (learned, gaps, a, b, { count, isBounded }) => {
          const [from, to] = inOrder(a, b);
          const space = spaceOf([...learned, from, to]);
          for (const gap of gaps) {
            const [low, high] = inOrder(...gap);
            space.learnGap({ from: low, to: high });
          }
          if (isBounded) space.bounded();
          const keys = space.cuts({ from, to }, count);
          expect(keys.length).toBeLessThanOrEqual(count);
          for (const key of keys) {
            expect(compareKeys(key, from)).toBeGreaterThan(0);
            expect(compareKeys(key, to)).toBeLessThan(0);
            expect(key.isWellFormed()).toBe(true);
          }
          expect([...new Set(keys)].sort(compareKeys)).toEqual(keys);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('leave out stretches where nothing was found', () => {
    const space = spaceOf(Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0')));
    space.learnGap({ from: '20', to: '80' });
    const [low = '', high = ''] = space.cuts({ from: '00', to: '99' }, 2);
    expect(Number(low)).toBeGreaterThan(8);
    expect(Number(low)).toBeLessThan(20);
    expect(Number(high)).toBeGreaterThanOrEqual(80);
    expect(space.progress('80', { from: '00', to: '99' })).toBeCloseTo(0.5, 1);
  });

  it('expect the zeros that a counter begins with, once the ends of the space were looked for', () => {
    const counter = Array.from({ length: 500 }, (_, i) => String(i * 100).padStart(9, '0'));
    const [before, after] = [spaceOf(counter), spaceOf(counter)];
    after.bounded();
    const span = { from: counter.at(-1)!, to: LAST_POINT };
    expect(before.cuts(span, 1)[0]! > '1').toBe(true);
    expect(after.cuts(span, 1)[0]!.startsWith('0')).toBe(true);
  });

  for (const shape of Object.keys(SHAPES)) {
    it(`cuts evenly spread keys near the part that was asked for: ${shape}`, () => {
      const keys = shaped(shape, 5_000);
      const space = spaceOf(keys);
      const span = { from: keys[0]!, to: keys.at(-1)! };
      const cuts = space.cuts(span, 3);
      expect(cuts).toHaveLength(3);
      const places = cuts.map((cut) => keys.filter((key) => compareKeys(key, cut) < 0).length / keys.length);
      for (const [i, place] of places.entries()) expect(Math.abs(place - (i + 1) / 4)).toBeLessThan(0.25);
    });

    it(`is found from the first keys alone, up to the end of the space: ${shape}`, () => {
      const keys = shaped(shape, 5_000);
      const space = spaceOf(keys.slice(0, 500));
      space.learn(keys.at(-1)!);
      const [key] = space.cuts({ from: keys[499]!, to: keys.at(-1)! }, 1);
      expect(keys.findIndex((each) => compareKeys(each, key!) >= 0)).toBeGreaterThan(500);
    });
  }
});

describe('the progress of a key', () => {
  it('rises from 0 to 1 with the key', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyKey, { minLength: 3, maxLength: 12 }), (some) => {
        const keys = some.sort(compareKeys);
        const span = { from: keys[0]!, to: keys.at(-1)! };
        const space = spaceOf(keys);
        const parts = keys.map((key) => space.progress(key, span)).filter((part) => part !== undefined);
        expect(parts.toSorted((a, b) => a - b)).toEqual(parts);
        if (parts.length > 0) expect([parts[0], parts.at(-1)]).toEqual([0, 1]);
      }),
    );
  });

  it('tells how much of a space is left, from its first keys', () => {
    const keys = shaped('uuids', 10_000);
    const space = spaceOf(keys.slice(0, 1_000));
    expect(space.progress(keys[1_000]!, { from: keys[0]!, to: LAST_POINT })).toBeCloseTo(0.1, 1);
  });
});
