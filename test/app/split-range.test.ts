import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRange } from '../../lib/app/plan-range.ts';
import { ROOT_RANGE } from '../../lib/app/start-task.ts';
import { StoreError } from '../../lib/core/errors.ts';
import { TilingCheck } from '../../lib/core/tiling.ts';
import type { ObjectSource } from '../../lib/ports/object-source.ts';
import type { Range } from '../../lib/ports/table.ts';
import { anyKey } from '../support/arbitraries.ts';
import { settled } from '../support/fake-clock.ts';
import { inByteOrder } from '../support/nasty-keys.ts';
import { KEY_SHAPES } from '../standins/oss/key-shapes.ts';
import { sampleTask } from '../support/sample-task.ts';
import { begin, CALM, fill, openWorkshop, taken, type Workshop } from '../support/workshop.ts';

const PAGE_KEYS = 10;
const FORKING = { parallelism: 8, afterKeys: 30, partKeysMin: 20, lookEveryKeys: 20 };
const ROOT = { taskId: 'sample', rangeId: ROOT_RANGE };

interface Splitting extends Workshop {
  readonly calls: { pages: number; probes: number };
  /** Listed before the first probe. */
  readonly pagesAlone: () => number | undefined;
}

/** Pages are small, so that few keys are many pages. */
function open(options: { prefix?: string; forking?: typeof FORKING; probe?: StoreError } = {}): Splitting {
  const calls = { pages: 0, probes: 0 };
  let pagesAlone: number | undefined;
  const paged = (source: ObjectSource): ObjectSource => ({
    ...source,
    list: ({ keysMax, ...request }, signal) => {
      if (keysMax === 1) pagesAlone ??= calls.pages;
      if (keysMax === 1) calls.probes++;
      else calls.pages++;
      if (keysMax === 1 && options.probe !== undefined) return Promise.reject(options.probe);
      return source.list({ ...request, keysMax: Math.min(keysMax, PAGE_KEYS) }, signal);
    },
  });
  const task = sampleTask({ source: { prefix: options.prefix ?? '' } });
  const shop = openWorkshop({ task, source: paged, forking: options.forking ?? FORKING });
  return { ...shop, calls, pagesAlone: () => pagesAlone };
}

/** Lists whatever is rung for, side by side, until nothing rings. Answers how many were under way at most. */
async function listAll(shop: Workshop, first = [ROOT]): Promise<number> {
  let peak = 0;
  const underWay = new Set<Promise<void>>();
  const begun = (message: typeof ROOT) => {
    const work: Promise<void> = planRange(shop.ports, message, Infinity, CALM).then(() => {
      underWay.delete(work);
    });
    underWay.add(work);
    peak = Math.max(peak, underWay.size);
  };
  first.forEach(begun);
  while (underWay.size > 0) {
    await settled();
    taken(shop, 'ranges').forEach(begun);
  }
  return peak;
}

const rangesOf = (shop: Workshop): Promise<Range[]> => shop.table.ranges('sample', undefined, 10_000);

/** Keys of all manifests in the order of the ranges, checked against the rows. */
async function ledgerKeys(shop: Workshop): Promise<string[]> {
  const check = new TilingCheck();
  const keys: string[] = [];
  const segments = await shop.table.silentSegments('sample', Infinity, 100_000);
  for (const range of await rangesOf(shop)) {
    check.add(range);
    const own = segments.filter(({ rangeId }) => rangeId === range.rangeId).sort((a, b) => a.seq - b.seq);
    for (const { segmentId, count } of own) {
      const entries = await shop.state.readManifest(segmentId, count, CALM);
      keys.push(...entries.map(({ key }) => key));
    }
  }
  expect(check.problem).toBeUndefined();
  return keys;
}

const hex = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    Math.floor((i * 2 ** 32) / count)
      .toString(16)
      .padStart(8, '0'),
  );

/** Sets of keys of every kind, from none to some hundred. */
const keySpace = fc.oneof(
  fc.uniqueArray(anyKey, { maxLength: 150 }),
  fc.integer({ min: 0, max: 400 }).map(hex),
  fc
    .tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom('', 'a/', '名/😀', 'p'.repeat(300)))
    .map(([count, prefix]) => Array.from({ length: count }, (_, i) => `${prefix}${String(i * 13)}`)),
  fc
    .uniqueArray(fc.string({ unit: fc.constantFrom('0', '1', '/', '😀', '\uffff'), maxLength: 9 }), {
      maxLength: 300,
    })
    .map((keys) => keys.filter((key) => key !== '')),
);

describe('a range that is split while it is listed', () => {
  it('leaves no gap and no overlap in the ledger, and every key in exactly one segment, for every key space', async () => {
    await fc.assert(
      fc.asyncProperty(
        keySpace,
        fc.constantFrom('', 'a', '名'),
        fc.record({
          parallelism: fc.integer({ min: 1, max: 20 }),
          afterKeys: fc.integer({ min: 0, max: 40 }),
          partKeysMin: fc.integer({ min: 1, max: 30 }),
          lookEveryKeys: fc.integer({ min: 1, max: 30 }),
        }),
        async (keys, prefix, forking) => {
          const shop = open({ prefix, forking });
          await begin(shop);
          fill(shop, keys);
          await listAll(shop);
          expect(await ledgerKeys(shop)).toEqual(inByteOrder(keys.filter((key) => key.startsWith(prefix))));
          expect((await rangesOf(shop)).every(({ state }) => state === 'listed')).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('costs at most a tenth more calls where keys are evenly spread, and is listed by many at once', async () => {
    const shop = open({ forking: { ...FORKING, partKeysMin: 200, lookEveryKeys: 80 } });
    await begin(shop);
    fill(shop, hex(4_000));
    expect(await listAll(shop)).toBeGreaterThanOrEqual(6);
    const { pages, probes } = shop.calls;
    expect(pages + probes).toBeLessThanOrEqual(1.1 * (4_000 / PAGE_KEYS));
    const sizes = (await rangesOf(shop)).map(({ listed }) => listed.objects);
    expect(Math.max(...sizes)).toBeLessThan(2.5 * (4_000 / sizes.length));
  });

  it('is not split below the number of keys that a task must have', async () => {
    const shop = open({ forking: { ...FORKING, afterKeys: 1_000 } });
    await begin(shop);
    fill(shop, hex(1_000));
    await listAll(shop);
    expect(await rangesOf(shop)).toHaveLength(1);
    expect(shop.calls).toEqual({ pages: 100, probes: 0 });
  });

  it('is split long before that where a call far ahead finds more', async () => {
    const shop = open({ forking: { ...FORKING, afterKeys: 500 } });
    await begin(shop);
    fill(shop, hex(5_000));
    expect(await listAll(shop)).toBeGreaterThanOrEqual(6);
    expect(shop.pagesAlone()).toBeLessThanOrEqual(100 / PAGE_KEYS + 2);
    expect(await ledgerKeys(shop)).toEqual(hex(5_000));
  });

  it('is not split, and asks once, where a call far ahead finds nothing', async () => {
    const shop = open({ forking: { ...FORKING, afterKeys: 1_000 } });
    await begin(shop);
    fill(
      shop,
      Array.from({ length: 1_000 }, (_, i) => String(i).padStart(9, '0')),
    );
    await listAll(shop);
    expect(await rangesOf(shop)).toHaveLength(1);
    expect(shop.calls).toEqual({ pages: 101, probes: 0 });
  });

  it('ends at keys that exist, and none is longer than its share when one part holds nearly all', async () => {
    const crowded = hex(2_000).map((key) => `tenants/07/uploads/${key}`);
    const others = Array.from({ length: 16 }, (_, i) => `tenants/${String(i).padStart(2, '0')}/uploads/0`);
    const keys = inByteOrder([...crowded, ...others]);
    const shop = open();
    await begin(shop);
    fill(shop, keys);
    await listAll(shop);
    const ranges = await rangesOf(shop);
    expect(ranges.every(({ upTo }) => upTo === undefined || keys.includes(upTo))).toBe(true);
    expect(Math.max(...ranges.map(({ listed }) => listed.objects))).toBeLessThan(keys.length / 4);
    expect(await ledgerKeys(shop)).toEqual(keys);
  });

  it('is cut whatever probes were spent in vain, while others are idle and much is left of it', async () => {
    const keys = Array.from({ length: 3_500 }, (_, i) => KEY_SHAPES.prefix(3_500)(i));
    const shop = open({ forking: { parallelism: 64, afterKeys: 500, partKeysMin: 200, lookEveryKeys: 20 } });
    await begin(shop);
    fill(shop, keys);
    await listAll(shop);
    const sizes = (await rangesOf(shop)).map(({ listed }) => listed.objects);
    expect(Math.max(...sizes)).toBeLessThan(keys.length / 2);
    expect(await ledgerKeys(shop)).toEqual(keys);
  });

  it('goes on unsplit where its probes are refused or fail, and every key is listed', async () => {
    const codes = ['denied', 'unavailable', 'invalid', 'key_illegal'] as const;
    for (const code of codes) {
      const shop = open({ probe: new StoreError('no probes', { code, operation: 'ListObjectsV2' }) });
      await begin(shop);
      fill(shop, hex(300));
      await listAll(shop);
      expect(shop.calls.probes, code).toBeGreaterThan(0);
      expect(await rangesOf(shop), code).toMatchObject([{ state: 'listed' }]);
      expect(await ledgerKeys(shop), code).toEqual(hex(300));
    }
  });

  it('is listed once by two planners that know nothing of each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 40 }),
        async (count, head) => {
          const shop = open();
          await begin(shop);
          fill(shop, hex(count));
          const first = listAll(shop);
          for (let turn = 0; turn < head; turn++) await settled();
          await Promise.all([first, listAll(shop)]);
          await listAll(
            shop,
            (await rangesOf(shop)).map(({ rangeId }) => ({ taskId: 'sample', rangeId })),
          );
          expect(await ledgerKeys(shop)).toEqual(hex(count));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('loses nothing where its planner dies between a split and its ring: the new range is there, and silent', async () => {
    const shop = open();
    await begin(shop);
    fill(shop, hex(600));
    const died = new StoreError('the queue is gone', { code: 'unavailable', operation: 'send' });
    const send = shop.queue.send.bind(shop.queue);
    shop.queue.send = (topic, messages) =>
      topic === 'ranges' ? Promise.reject(died) : send(topic, messages);
    await expect(planRange(shop.ports, ROOT, Infinity, CALM)).rejects.toBe(died);
    shop.queue.send = send;
    const silent = await shop.table.silentRanges('sample', Infinity, 100);
    expect(silent.length).toBeGreaterThan(1);
    await listAll(
      shop,
      silent.map(({ rangeId }) => ({ taskId: 'sample', rangeId })),
    );
    expect(await ledgerKeys(shop)).toEqual(hex(600));
  });
});
