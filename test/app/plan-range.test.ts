import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRange } from '../../lib/app/plan-range.ts';
import { ROOT_RANGE } from '../../lib/app/start-task.ts';
import { StoreError } from '../../lib/core/errors.ts';
import type { ObjectSource, SourcePage } from '../../lib/ports/object-source.ts';
import { inByteOrder } from '../support/nasty-keys.ts';
import { sampleTask } from '../support/sample-task.ts';
import { begin, CALM, fill, openWorkshop, plannedKeys, taken, type Workshop } from '../support/workshop.ts';

const MESSAGE = { taskId: 'sample', rangeId: ROOT_RANGE };
const SMALL = { entriesMax: 3, bytesMax: 1_000 };

const plan = ({ ports }: Workshop, deadlineMs = Infinity, signal = CALM) =>
  planRange(ports, MESSAGE, deadlineMs, signal);
const root = async ({ table }: Workshop) => (await table.range('sample', ROOT_RANGE))!;
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `k${String(i).padStart(5, '0')}`);

describe('a planner', () => {
  it('puts every key into one segment, rings for each, and lists the range to its end', async () => {
    const shop = openWorkshop({ segmentLimits: SMALL });
    await begin(shop);
    fill(shop, numbered(10));
    await plan(shop);
    expect(await plannedKeys(shop)).toEqual(numbered(10));
    const messages = taken(shop, 'segments');
    expect(messages.map(({ count }) => count)).toEqual([3, 3, 3, 1]);
    expect(await root(shop)).toMatchObject({
      state: 'listed',
      segments: 4,
      listed: { objects: 10, bytes: 10 },
    });
  });

  it('lets a page go as soon as its manifests are rendered', async () => {
    const pages: SourcePage[] = [];
    const kept: number[] = [];
    const shop = openWorkshop({
      source: (source) => {
        const list: ObjectSource['list'] = async (...asked) => {
          const page = await source.list(...asked);
          pages.push(page);
          return page;
        };
        return Object.assign(Object.create(source) as ObjectSource, { list });
      },
    });
    await begin(shop);
    fill(shop, numbered(2_500));
    const advance = shop.table.advance.bind(shop.table);
    shop.table.advance = (step) => {
      kept.push(pages[kept.length]?.entries.length ?? NaN);
      return advance(step);
    };
    await plan(shop);
    expect(kept).toEqual([0, 0, 0]);
    expect(await plannedKeys(shop)).toEqual(numbered(2_500));
  });

  it('that races another puts no key into two segments and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 12 }),
        async (count, head) => {
          const shop = openWorkshop({ segmentLimits: SMALL });
          await begin(shop);
          fill(shop, numbered(count));
          const first = plan(shop);
          for (let turn = 0; turn < head * 5; turn++) await Promise.resolve();
          await Promise.all([first, plan(shop)]);
          await plan(shop);
          expect(await plannedKeys(shop)).toEqual(numbered(count));
          expect((await root(shop)).state).toBe('listed');
          const manifests = [...shop.objects.objects.keys()].filter((key) => key.includes('/segments/'));
          expect(manifests).toHaveLength((await root(shop)).segments);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('moves the cursor over keys that a filter leaves out', async () => {
    const shop = openWorkshop({ task: sampleTask({ filter: { include: ['none'] } }) });
    await begin(shop);
    fill(shop, numbered(2_500));
    await plan(shop);
    expect(await root(shop)).toMatchObject({ state: 'listed', segments: 0, listed: { objects: 0 } });
    expect(taken(shop, 'segments')).toEqual([]);
  });

  it('hands on what is left when its time is over', async () => {
    const shop = openWorkshop();
    await begin(shop);
    fill(shop, numbered(2_500));
    await plan(shop, shop.clock.now() + 1_000);
    expect(taken(shop, 'ranges')).toEqual([MESSAGE]);
    expect(await root(shop)).toMatchObject({ state: 'open', cursor: 'k00999', segments: 1 });
    await plan(shop);
    expect(await plannedKeys(shop)).toEqual(numbered(2_500));
  });

  it('gives the range up with the reason where the listing is refused, and rings no more', async () => {
    const denied = new StoreError('HTTP 403 AccessDenied', { code: 'denied', operation: 'ListObjectsV2' });
    const shop = openWorkshop({
      source: (source) => Object.assign(source, { list: () => Promise.reject(denied) }),
    });
    await begin(shop);
    await plan(shop);
    expect(await root(shop)).toMatchObject({ state: 'failed', problem: 'HTTP 403 AccessDenied' });
    expect(taken(shop, 'ranges')).toEqual([]);
  });

  it('leaves the range open where the listing may succeed later', async () => {
    const down = new StoreError('HTTP 503', { code: 'unavailable', operation: 'ListObjectsV2' });
    const shop = openWorkshop({
      source: (source) => Object.assign(source, { list: () => Promise.reject(down) }),
    });
    await begin(shop);
    await expect(plan(shop)).rejects.toBe(down);
    expect((await root(shop)).state).toBe('open');
  });

  it('does nothing for a task that is paused, and stops where it is paused on the way', async () => {
    const shop = openWorkshop();
    await begin(shop);
    fill(shop, numbered(2_500));
    await shop.state.writeControl({ state: 'paused' }, CALM);
    await plan(shop);
    expect(await root(shop)).toMatchObject({ state: 'open', segments: 1 });
    await shop.table.setTaskState({ taskId: 'sample', from: ['running'], to: 'paused', atMs: 1 });
    await plan(shop);
    expect((await root(shop)).segments).toBe(1);
    expect(taken(shop, 'ranges')).toEqual([]);
  });
});

describe('a planner of a manifest', () => {
  const manifest = 'cos://logs-1250000000/keys.txt';
  const keys = numbered(100).map((key, i) => `${String((i * 37) % 100).padStart(2, '0')}/${key}`);

  async function planned(filter: object, stopAfter: number): Promise<Workshop> {
    const shop = openWorkshop({ task: sampleTask({ source: { manifest }, filter }), segmentLimits: SMALL });
    await begin(shop);
    await shop.objects.put('keys.txt', keys.join('\n'), { contentType: 'text/plain' }, CALM);
    const advance = shop.table.advance.bind(shop.table);
    const stop = new AbortController();
    let steps = 0;
    shop.table.advance = async (step) => {
      if (steps++ >= stopAfter) stop.abort(new Error('the invocation died'));
      stop.signal.throwIfAborted();
      return advance(step);
    };
    await expect(plan(shop, Infinity, stop.signal)).rejects.toThrow('the invocation died');
    shop.table.advance = advance;
    await plan(shop);
    return shop;
  }

  it('loses no key and doubles none wherever it dies, with a filter and without', async () => {
    for (const filter of [{}, { exclude: ['*[13579]/**'] }, { include: ['0*/**'] }]) {
      const isOdd = (key: string) => Number(key.slice(0, 2)) % 2 === 1;
      const wanted =
        'exclude' in filter
          ? keys.filter((key) => !isOdd(key))
          : 'include' in filter
            ? keys.filter((key) => key.startsWith('0'))
            : keys;
      for (const stopAfter of [0, 1, 2, 5, 13, 33]) {
        const shop = await planned(filter, stopAfter);
        expect((await plannedKeys(shop)).toSorted()).toEqual(wanted.toSorted());
      }
    }
  });

  it('has the keys of each segment in byte order', async () => {
    const { objects, state, table } = await planned({ exclude: ['*[13579]/**'] }, 3);
    const segments = await table.silentSegments('sample', Infinity, 1_000);
    expect(objects.objects.size).toBeGreaterThan(10);
    for (const { segmentId, count } of segments) {
      const ordered = (await state.readManifest(segmentId, count, CALM)).map(({ key }) => key);
      expect(ordered).toEqual(inByteOrder(ordered));
    }
  });

  it('gives the range up where the manifest is not there', async () => {
    const shop = openWorkshop({ task: sampleTask({ source: { manifest } }) });
    await begin(shop);
    await plan(shop);
    expect((await root(shop)).problem).toBe(`${manifest} is missing: the source manifest was not found`);
  });
});
