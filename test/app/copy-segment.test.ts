import { describe, expect, it } from 'vitest';
import { copySegment } from '../../lib/app/copy-segment.ts';
import { completePath, gapsOf } from '../../lib/core/slices.ts';
import type { SegmentMessage } from '../../lib/core/messages.ts';
import type { ObjectSource } from '../../lib/ports/object-source.ts';
import { until } from '../support/until.ts';
import { begin, CALM, fill, openWorkshop, plantSegment, taken, type Workshop } from '../support/workshop.ts';

const PLACE = 'r/0000000-u';
/** Of the segment planted last. */
let segmentId: string;
const KEYS = Array.from({ length: 12 }, (_, i) => `k${String(i).padStart(2, '0')}`);
/** As the runtime computes it. */
const LIMIT_MS = 240_000;

/** Reads of these keys hang until their signal aborts, or the gate opens. */
class Hanging {
  readonly keys = new Set<string>();
  /** Reads that hang now. */
  waiting = 0;
  #open: () => void = () => undefined;
  readonly #opened = new Promise<void>((resolve) => (this.#open = resolve));

  open(): void {
    this.#open();
  }

  before = (source: ObjectSource): ObjectSource =>
    Object.assign(Object.create(source) as ObjectSource, {
      list: source.list.bind(source),
      read: async (request: Parameters<ObjectSource['read']>[0], signal: AbortSignal) => {
        if (this.keys.has(request.key)) {
          this.waiting++;
          await Promise.race([this.#opened, aborted(signal)]).finally(() => this.waiting--);
        }
        return source.read(request, signal);
      },
    });
}

/** Where the first gap in what is written begins. */
async function reached(shop: Workshop): Promise<number> {
  return gapsOf(await spansOf(shop), KEYS.length)[0]?.from ?? KEYS.length;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

async function opened(...hangingKeys: readonly string[]) {
  const hanging = new Hanging();
  hangingKeys.forEach((key) => hanging.keys.add(key));
  const shop = openWorkshop({ source: hanging.before });
  await begin(shop);
  const message = await plantSegment(shop, PLACE, fill(shop, KEYS));
  ({ segmentId } = message);
  /** Until so many reads hang and so many objects are there. */
  const reach = (waiting: number, copied: number) =>
    until(() => hanging.waiting === waiting && shop.sink.objects.size === copied);
  const copy = (changes: Partial<SegmentMessage> = {}, signal = CALM) =>
    copySegment(shop.ports, { ...message, ...changes }, shop.clock.now() + LIMIT_MS, signal);
  return { shop, hanging, message, copy, reach };
}

const spansOf = (shop: Workshop) => shop.state.spans(segmentId, CALM);

describe('a segment', () => {
  it('is copied, its result written and rung with what the object holds', async () => {
    const { shop, copy } = await opened();
    await copy();
    expect([...shop.sink.objects.keys()].toSorted()).toEqual(KEYS);
    const [span] = await spansOf(shop);
    expect(span).toMatchObject({ from: 0, to: 12 });
    const { failed: _, ...summary } = await shop.state.readSlice(segmentId, span!.name, CALM);
    expect(summary.tally.copied).toEqual({ objects: 12, bytes: 12 });
    expect(taken(shop, 'results').map(({ slice }) => slice)).toEqual([summary]);
    expect(taken(shop, 'segments')).toEqual([]);
  });

  it('rung twice is copied once: the second ring costs one listing and rings the reporter', async () => {
    const { shop, copy } = await opened();
    await copy();
    taken(shop, 'results');
    const requests = shop.sink.requests.get('PutObject');
    await copy();
    expect(shop.sink.requests.get('PutObject')).toBe(requests);
    expect(taken(shop, 'results')).toEqual([{ taskId: 'sample', segmentId }]);
    expect(await spansOf(shop)).toHaveLength(1);
  });

  it('goes on where the farthest results end', async () => {
    const { shop, copy, hanging, reach } = await opened('k05');
    const first = copy();
    await reach(1, 11);
    await shop.clock.advance(LIMIT_MS);
    await first;
    expect(await reached(shop)).toBe(5);
    const [rest] = taken(shop, 'segments');
    expect(rest).toMatchObject({ segmentId, count: 12, stalled: 0 });
    hanging.open();
    await copySegment(shop.ports, rest!, shop.clock.now() + LIMIT_MS, CALM);
    const spans = await spansOf(shop);
    expect(completePath(spans, 12)?.map(({ from, to }) => [from, to])).toEqual([
      [0, 5],
      [5, 12],
    ]);
  });

  it('begins no object in the last half minute and is over before the deadline', async () => {
    const { shop, copy, reach } = await opened(...KEYS);
    let isOver = false;
    const copied = copy().then(() => (isOver = true));
    await reach(4, 0);
    await shop.clock.advance(LIMIT_MS - 11_000);
    expect(isOver).toBe(false);
    await shop.clock.advance(2_000);
    expect(isOver).toBe(true);
    await copied;
    expect(taken(shop, 'segments')).toMatchObject([{ stalled: 1 }]);
  });

  it('is handed on untouched where less than a minute is left', async () => {
    const { shop, message } = await opened();
    await copySegment(shop.ports, message, shop.clock.now() + 60_000, CALM);
    expect(taken(shop, 'segments')).toEqual([message]);
    expect(shop.sink.objects.size).toBe(0);
  });

  it('is checkpointed every ten seconds while one object takes its time', async () => {
    const { shop, copy, hanging, reach } = await opened('k03');
    const copied = copy();
    await reach(1, 11);
    await shop.clock.advance(11_000);
    expect(await reached(shop)).toBe(3);
    expect(taken(shop, 'results')).toHaveLength(1);
    hanging.open();
    await shop.clock.advance(1_000);
    await copied;
    expect((await spansOf(shop)).map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [3, 12],
    ]);
  });
});

describe('an entry that no invocation gets done', () => {
  it('fails as TIMEOUT after three, and the rest is copied', async () => {
    const { shop, copy, reach } = await opened('k00');
    for (let stalled = 0; stalled < 3; stalled++) {
      const copied = copy({ stalled });
      await reach(1, 11);
      await shop.clock.advance(LIMIT_MS);
      await copied;
      expect(taken(shop, 'segments')).toMatchObject([{ stalled: stalled + 1 }]);
    }
    await copy({ stalled: 3 });
    const [span] = await spansOf(shop);
    const slice = await shop.state.readSlice(segmentId, span!.name, CALM);
    expect([span!.from, span!.to]).toEqual([0, 12]);
    expect(slice.failed.map(({ key, error }) => [key, error.code])).toEqual([['k00', 'TIMEOUT']]);
  });
});

describe('a stop', () => {
  it('asked for by a pause ends the segment after the objects under way, and rings for nothing', async () => {
    const { shop, copy, hanging, reach } = await opened(...KEYS.slice(0, 4));
    const copied = copy();
    await reach(4, 0);
    await shop.state.writeControl({ state: 'paused' }, CALM);
    await shop.clock.advance(7_000);
    hanging.open();
    await shop.clock.advance(1_000);
    await copied;
    expect(await reached(shop)).toBe(4);
    expect(taken(shop, 'segments')).toEqual([]);
    await copy();
    expect(shop.sink.objects.size).toBe(4);
  });

  it('of the process writes what is done and rejects, so that the message comes again', async () => {
    const { shop, copy, reach } = await opened('k06');
    const stop = new AbortController();
    const copied = copy({}, stop.signal).catch((error: unknown) => error);
    await reach(1, 11);
    stop.abort(new Error('stopped'));
    await shop.clock.advance(15_000);
    expect(await copied).toEqual(new Error('stopped'));
    expect(await reached(shop)).toBe(6);
  });

  it('in the middle of a checkpoint still writes what is done', async () => {
    const stop = new AbortController();
    const hanging = new Hanging();
    hanging.keys.add('k06');
    const shop = openWorkshop({
      source: hanging.before,
      state: (store) =>
        Object.assign(Object.create(store) as typeof store, {
          put: (...args: Parameters<typeof store.put>) => {
            if (args[0].includes('/results/') && !stop.signal.aborted) stop.abort(new Error('stopped'));
            return store.put(...args);
          },
        }),
    });
    await begin(shop);
    const message = await plantSegment(shop, PLACE, fill(shop, KEYS));
    ({ segmentId } = message);
    const copied = copySegment(shop.ports, message, shop.clock.now() + LIMIT_MS, stop.signal).catch(
      (error: unknown) => error,
    );
    await until(() => hanging.waiting === 1 && shop.sink.objects.size === 11);
    await shop.clock.advance(30_000);
    expect(await copied).toEqual(new Error('stopped'));
    expect(await reached(shop)).toBe(6);
  });
});
