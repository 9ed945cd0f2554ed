import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceOf } from '../../lib/core/outcomes.ts';
import {
  addFailures,
  addTallies,
  completePath,
  gapsOf,
  NO_TALLY,
  parseSliceName,
  SAMPLES_MAX,
  sliceName,
  type SliceSpan,
} from '../../lib/core/slices.ts';

const COUNT = 8;

const spans: fc.Arbitrary<SliceSpan[]> = fc.array(
  fc
    .tuple(fc.nat(COUNT), fc.nat(COUNT), fc.nat(3))
    .map(([from, to, n]) => ({ from, to, name: sliceName({ from, to, unique: `u${String(n)}` }) })),
  { maxLength: 14 },
);

/** Every entry that some chain of slices from 0 ends at, found by trying all of them again and again. */
function bruteReach(slices: readonly SliceSpan[]): Set<number> {
  const reached = new Set([0]);
  for (let round = 0; round <= COUNT; round++) {
    for (const { from, to } of slices) if (to > from && reached.has(from)) reached.add(to);
  }
  return reached;
}

describe('slices of a segment', () => {
  it('leave gaps from where the farthest chain of them ends, none where one leads to the end', () => {
    fc.assert(
      fc.property(spans, fc.nat(COUNT), (slices, count) => {
        const usable = slices.filter(({ to }) => to <= count);
        const farthest = Math.max(...bruteReach(usable));
        const gaps = gapsOf(slices, count);
        expect(gaps[0]?.from ?? count).toBe(farthest);
        expect(gaps.length === 0).toBe(completePath(usable, count) !== undefined);
        const ends = gaps.flatMap(({ from, to }) => [from, to]);
        expect(ends.every((end, i) => i === 0 || end > (ends[i - 1] ?? 0))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('lead to the end once their gaps are filled, with no gap over what a chain beyond reaches', () => {
    fc.assert(
      fc.property(spans, (slices) => {
        const gaps = gapsOf(slices, COUNT);
        const filled = gaps.map((gap) => ({ ...gap, name: sliceName({ ...gap, unique: 'gap' }) }));
        expect(completePath([...slices, ...filled], COUNT)).toBeDefined();
      }),
      { numRuns: 500 },
    );
    const tiles = [0, 2, 3, 5].map((from) => ({ from, to: from + 1 }));
    expect(gapsOf(tiles, COUNT)).toEqual([
      { from: 1, to: 2 },
      { from: 4, to: 5 },
      { from: 6, to: 8 },
    ]);
  });

  it('have a path exactly where a chain leads to the end, and it tiles the segment', () => {
    fc.assert(
      fc.property(spans, fc.nat(COUNT), (slices, count) => {
        const path = completePath(slices, count);
        expect(path !== undefined).toBe(bruteReach(slices).has(count));
        if (path === undefined) return;
        expect([0, ...path.map(({ to }) => to)]).toEqual([...path.map(({ from }) => from), count]);
        expect(path.every((slice) => slices.includes(slice))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('need none for an empty segment', () => {
    expect(completePath([], 0)).toEqual([]);
    expect(completePath([], 1)).toBeUndefined();
  });
});

describe('the name of a slice', () => {
  it('tells its span', () => {
    const name = sliceName({ from: 10, to: 1_000, unique: 'x9' });
    expect(parseSliceName(name)).toEqual({ name, from: 10, to: 1_000 });
  });

  it('is no other object’s', () => {
    for (const name of [
      '1-2.json',
      '1-2-a.jsonl',
      'a-2-b.json',
      '1-2-a_b.json',
      'x/1-2-a.json',
      '-1-2-a.json',
    ])
      expect(parseSliceName(name)).toBeUndefined();
  });
});

describe('a slice of outcomes', () => {
  it('counts each outcome once and names the failed entries alone', () => {
    const entries = ['a', 'b', 'c', 'd', 'e'].map((key, i) => ({ key, size: i, etag: `E${key}` }));
    const failure = { code: 'ARCHIVED', message: 'archived', requestId: 'r' } as const;
    const slice = sliceOf({
      from: 1,
      unique: 'u',
      entries,
      outcomes: [
        { kind: 'copied', bytes: 1, verified: 'crc64' },
        { kind: 'copied', bytes: 2, verified: 'size' },
        { kind: 'failed', bytes: 3, failure },
        { kind: 'skipped', bytes: 4 },
      ],
    });
    expect(slice).toEqual({
      name: '1-5-u.json',
      from: 1,
      to: 5,
      tally: {
        copied: { objects: 2, bytes: 3 },
        skipped: { objects: 1, bytes: 4 },
        failed: { objects: 1, bytes: 3 },
        verified: { crc64: 1, size: 1 },
      },
      failures: {
        ARCHIVED: { objects: 1, samples: [{ key: 'd', message: 'archived', requestId: 'r' }] },
      },
      failed: [{ key: 'd', size: 3, etag: 'Ed', error: failure }],
    });
  });
});

describe('sums', () => {
  it('of tallies add every counter', () => {
    const one = {
      copied: { objects: 1, bytes: 2 },
      skipped: { objects: 3, bytes: 4 },
      failed: { objects: 5, bytes: 6 },
      verified: { crc64: 7, size: 8 },
    };
    expect(addTallies(one, NO_TALLY)).toEqual(one);
    expect(addTallies(one, one)).toEqual({
      copied: { objects: 2, bytes: 4 },
      skipped: { objects: 6, bytes: 8 },
      failed: { objects: 10, bytes: 12 },
      verified: { crc64: 14, size: 16 },
    });
  });

  it('of failures count all and keep a few samples', () => {
    const sample = (key: string) => ({ key, message: 'm' });
    const four = { ARCHIVED: { objects: 4, samples: ['a', 'b', 'c', 'd'].map(sample) } };
    const sum = addFailures(four, { ...four, TIMEOUT: { objects: 1, samples: [sample('t')] } });
    expect(sum.ARCHIVED?.objects).toBe(8);
    expect(sum.ARCHIVED?.samples.map(({ key }) => key).join('')).toBe('abcda');
    expect(sum.ARCHIVED?.samples).toHaveLength(SAMPLES_MAX);
    expect(sum.TIMEOUT?.objects).toBe(1);
  });
});
