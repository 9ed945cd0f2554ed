import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rest, SplitSearch } from '../../lib/app/split-search.ts';
import { KeySpace } from '../../lib/core/key-space.ts';
import { compareKeys } from '../../lib/core/keys.ts';
import type { ListRequest, ObjectSource, SourcePage } from '../../lib/ports/object-source.ts';
import { anyKey } from '../support/arbitraries.ts';
import { inByteOrder } from '../support/nasty-keys.ts';

const CALM = new AbortController().signal;

function pageOf(keys: readonly string[], { after, keysMax }: ListRequest): SourcePage {
  const behind = keys.filter((key) => compareKeys(key, after) > 0);
  const page = behind.slice(0, keysMax);
  const truncated = behind.length > page.length;
  return { entries: page.map((key) => ({ key })), truncated, next: truncated ? page.at(-1) : undefined };
}

/** Of keys in their order of which the first `listed` are known. */
function searchIn(keys: readonly string[], listed: number, rest: Partial<Rest> = {}): SplitSearch {
  const space = new KeySpace();
  for (const key of keys.slice(0, listed)) space.learnListed(key);
  if (rest.upTo !== undefined) space.bounded();
  const source = {
    list: (request) => Promise.resolve(pageOf(keys, request)),
  } satisfies Partial<ObjectSource>;
  const whole = { after: keys[listed - 1] ?? '', upTo: undefined, ...rest };
  const args = { prefix: '', space, rest: whole, end: whole.upTo };
  return new SplitSearch(source as unknown as ObjectSource, args, CALM);
}

const hex = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    Math.floor((i * 2 ** 32) / count)
      .toString(16)
      .padStart(8, '0'),
  );
const counter = (count: number) =>
  Array.from({ length: count }, (_, i) => `object-${String(i).padStart(9, '0')}.bin`);

/** Into which the keys cut those behind the first `listed`. */
function partsOf(keys: readonly string[], listed: number, cuts: readonly string[]): number[] {
  const ends = [...cuts.map((cut) => keys.indexOf(cut) + 1), keys.length];
  return ends.map((end, i) => end - (ends[i - 1] ?? listed));
}

describe('the keys at which a range can be split', () => {
  it('exist in it, ascend, and make no more parts than are wanted, whatever the keys are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyKey, { minLength: 2, maxLength: 80 }),
        fc.nat(20),
        fc.option(fc.nat(80)),
        fc.integer({ min: 1, max: 12 }),
        async (some, listed, bound, parts) => {
          const keys = inByteOrder(some);
          const from = Math.min(keys.length, Math.max(1, listed));
          const upTo = bound === null ? undefined : keys[from + bound];
          const search = searchIn(keys, from, { upTo });
          if (upTo === undefined) await search.findEnd();
          const cuts = await search.keys(() => parts);
          expect(cuts.length).toBeLessThan(parts);
          expect(cuts).toEqual(inByteOrder(cuts));
          const inside = keys.slice(from).filter((key) => upTo === undefined || compareKeys(key, upTo) < 0);
          for (const cut of cuts) expect(inside).toContain(cut);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('leave the last part no larger than the others where nobody knew the end', async () => {
    for (const keys of [hex(6_000), counter(6_000)]) {
      const search = searchIn(keys, 100);
      await search.findEnd();
      const parts = partsOf(keys, 100, await search.keys(() => 10));
      expect(parts.length).toBeGreaterThanOrEqual(7);
      expect(Math.max(...parts)).toBeLessThanOrEqual(2 * (5_900 / parts.length));
    }
  });
});

describe('a look ahead', () => {
  it('tells whether the keys go on, in one call', async () => {
    const search = searchIn(hex(6_000), 100);
    expect(await search.reaches('00000000', 20)).toBe(true);
    expect(search.probes).toBe(1);
  });

  it('that finds the end knows the last key', async () => {
    for (const keys of [hex(1_500), counter(150)]) {
      const search = searchIn(keys, 100);
      const isFar = await search.reaches(keys[0] ?? '', keys.length / 110);
      expect(isFar).toBe(false);
      expect(search.end).toBe(keys.at(-1));
      expect(search.probes).toBe(1);
    }
  });
});
