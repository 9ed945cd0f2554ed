import { describe, expect, it } from 'vitest';
import { copySegment } from '../../lib/app/copy-segment.ts';
import { takeResults } from '../../lib/app/settle.ts';
import { tick } from '../../lib/app/tick.ts';
import { StoreError } from '../../lib/core/errors.ts';
import type { SegmentMessage } from '../../lib/core/messages.ts';
import type { Entry } from '../../lib/core/object.ts';
import { uploadPlaces } from '../../lib/core/spread.ts';
import type { ObjectSink, PartRequest } from '../../lib/ports/object-sink.ts';
import type { StateStore } from '../../lib/ports/state-store.ts';
import type { ObjectSource, ReadRequest } from '../../lib/ports/object-source.ts';
import { until } from '../support/until.ts';
import { sampleTask } from '../support/sample-task.ts';
import { begin, CALM, fill, openWorkshop, plantSegment, taken } from '../support/workshop.ts';

const MiB = 1024 * 1024;
/** Six parts, the last of them short; two to a message. */
const SPREAD = { aboveBytes: 2 * MiB, rangeBytes: 2 * MiB, partBytes: 1 * MiB };
const BYTES = Buffer.alloc(5 * MiB + 77, 'no part is like another one: 1 MiB is no multiple of this; ');
const LIMIT_MS = 240_000;

interface Options {
  readonly conflict?: 'overwrite' | 'skip';
  readonly withoutCrc64?: boolean;
  /** Small objects of the segment, before and after the large one. */
  readonly around?: readonly [readonly string[], readonly string[]];
  /** As in a key list: the entry tells no size. */
  readonly unsized?: boolean;
}

function methodsOf(inner: StateStore): StateStore {
  return {
    put: inner.put.bind(inner),
    get: inner.get.bind(inner),
    getStream: inner.getStream.bind(inner),
    list: inner.list.bind(inner),
    remove: inner.remove.bind(inner),
    beginUpload: inner.beginUpload.bind(inner),
    writePart: inner.writePart.bind(inner),
    completeUpload: inner.completeUpload.bind(inner),
    abortUpload: inner.abortUpload.bind(inner),
  };
}

/** A segment with a large object, planted and not rung; hooks step in before reads and writes. */
async function opened({ conflict = 'overwrite', withoutCrc64 = false, around, unsized }: Options = {}) {
  const hooks = {
    read: (_: ReadRequest) => Promise.resolve(),
    part: (request: PartRequest) => Promise.resolve(request),
    beginning: () => Promise.resolve(),
    begun: () => Promise.resolve(),
    /** Before a state object is written. */
    put: (_key: string) => Promise.resolve(),
    complete: (..._: Parameters<ObjectSink['complete']>) => Promise.resolve(),
  };
  const reads: ReadRequest[] = [];
  const source = (inner: ObjectSource): ObjectSource => ({
    list: (...args) => inner.list(...args),
    head: (...args) => inner.head(...args),
    tags: (...args) => inner.tags(...args),
    read: async (request, signal) => {
      await hooks.read(request);
      reads.push(request);
      return inner.read(request, signal);
    },
  });
  const sink = (inner: ObjectSink): ObjectSink =>
    Object.assign(Object.create(inner) as ObjectSink, {
      list: inner.list.bind(inner),
      head: inner.head.bind(inner),
      write: inner.write.bind(inner),
      abort: inner.abort.bind(inner),
      uploads: inner.uploads.bind(inner),
      remove: inner.remove.bind(inner),
      begin: async (...args: Parameters<ObjectSink['begin']>) => {
        await hooks.beginning();
        const upload = await inner.begin(...args);
        await hooks.begun();
        return upload;
      },
      writePart: async (request: PartRequest, signal: AbortSignal) =>
        inner.writePart(await hooks.part(request), signal),
      complete: async (...args: Parameters<ObjectSink['complete']>) => {
        await hooks.complete(...args);
        return inner.complete(...args);
      },
    });
  const state = (inner: StateStore): StateStore => ({
    ...methodsOf(inner),
    put: async (...args) => {
      await hooks.put(args[0]);
      await inner.put(...args);
    },
  });
  const list = unsized === true ? { manifest: 'cos://lists-1250000000/keys.txt' } : {};
  const shop = openWorkshop({
    task: sampleTask({ conflict, source: list }),
    spread: SPREAD,
    source,
    sink,
    state,
  });
  await begin(shop);
  const { etag, lastModified } = shop.bucket.put('large', { bytes: BYTES, withoutCrc64 });
  const large: Entry =
    unsized === true ? { key: 'large' } : { key: 'large', size: BYTES.length, etag, lastModified };
  const [before, after] = around ?? [[], []];
  const entries = [...fill(shop, before), large, ...fill(shop, after)];
  const message = await plantSegment(shop, 'r/0000000-u', entries);
  const take = (one: SegmentMessage, signal = CALM) =>
    copySegment(shop.ports, one, shop.clock.now() + LIMIT_MS, signal);
  const settleAll = () => takeResults(shop.ports, taken(shop, 'results'), CALM);
  /** Everything that is rung, until nothing is. */
  const workAll = async (): Promise<number> => {
    let messages = 0;
    for (let rung = taken(shop, 'segments'); rung.length > 0; rung = taken(shop, 'segments')) {
      for (const one of rung) await take(one);
      messages += rung.length;
    }
    await settleAll();
    return messages;
  };
  const look = () => tick(shop.ports, shop.task.taskId, Infinity, CALM);
  const row = async () => (await shop.table.segments(shop.task.taskId, [message.segmentId]))[0];
  const uploadKeys = () => [...shop.objects.objects.keys()].filter((key) => key.includes('/uploads/'));
  const ranges = () =>
    reads.flatMap(({ range }) => (range === undefined || range.to === 1 ? [] : range.from / MiB));
  const isWhole = () => shop.sink.objects.get('large')?.bytes.equals(BYTES) === true;
  return {
    ...shop,
    shop,
    hooks,
    reads,
    message,
    take,
    settleAll,
    workAll,
    look,
    row,
    uploadKeys,
    ranges,
    isWhole,
  };
}

describe('an object above the threshold', () => {
  it.each([{}, { withoutCrc64: true }, { unsized: true }])(
    'is copied by as many functions as it has ranges, and completed by the last (%o)',
    async (options) => {
      const { shop, message, take, settleAll, look, isWhole, sink, ranges, row } = await opened(options);
      await take(message);
      const rung = taken(shop, 'segments');
      expect(rung.map(({ parts }) => [parts?.from, parts?.to])).toEqual([[0, 2], [2, 4], [4, 6]]); // prettier-ignore
      for (const one of rung.toReversed()) {
        expect(sink.objects.size).toBe(0);
        await take(one);
      }
      await settleAll();
      expect(isWhole()).toBe(true);
      expect(ranges().toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(sink.openUploads.size).toBe(0);
      expect(await row()).toMatchObject({ done: true, failed: 0 });
      expect(await look()).toMatchObject({
        status: 'succeeded',
        objects: { total: 1, copied: 1 },
        bytes: { total: BYTES.length, copied: BYTES.length },
        verified: { crc64: 1, size: 0 },
      });
    },
  );

  it('is seen to arrive, part by part, until it counts as a whole', async () => {
    for (const unsized of [false, true]) {
      const { shop, message, take, settleAll, look } = await opened({ unsized });
      await take(message);
      const seen: unknown[] = [];
      for (const one of taken(shop, 'segments')) {
        await settleAll();
        const { bytes, underWay, objects } = (await look()) ?? {};
        seen.push([objects?.pending, bytes?.copied, bytes?.total, underWay?.bytes]);
        await take(one);
      }
      await settleAll();
      const total = (arrived: number) => (unsized ? arrived : BYTES.length);
      expect(seen).toEqual([
        [1, 0, total(0), 0],
        [1, 0, total(2 * MiB), 2 * MiB],
        [1, 0, total(4 * MiB), 4 * MiB],
      ]);
      const { bytes, underWay, listing } = (await look()) ?? {};
      expect([bytes?.copied, bytes?.pending, underWay?.bytes, listing?.bytes]).toEqual([
        ...[BYTES.length, 0, 0, BYTES.length],
      ]);
    }
  });

  it('lies between small ones, of which each is copied once and none waits for it', async () => {
    const around = [
      ['a', 'b', 'c'],
      ['x', 'y'],
    ] as const;
    const { shop, message, take, workAll, row, isWhole, reads, sink } = await opened({
      around,
      unsized: true,
    });
    await take(message);
    expect([...sink.objects.keys()].sort()).toEqual(['a', 'b', 'c', 'x', 'y']);
    await workAll();
    expect(isWhole()).toBe(true);
    expect(reads.map(({ key }) => key).filter((key) => key !== 'large').toSorted()).toEqual(['a', 'b', 'c', 'x', 'y']); // prettier-ignore
    expect(await row()).toMatchObject({ done: true, failed: 0 });
    expect(taken(shop, 'segments')).toEqual([]);
  });

  it('is kept under skip where the target has it, also when it came there meanwhile', async () => {
    const mine = { kind: 'bytes', bytes: Buffer.from('mine') } as const;
    const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
    const put = { key: 'large', content: mine, attributes, forbidOverwrite: false };
    const early = await opened({ conflict: 'skip' });
    await early.sink.write(put, CALM);
    await early.take(early.message);
    await early.workAll();
    expect(await early.look()).toMatchObject({ objects: { skipped: 1, copied: 0 } });
    expect(early.ranges()).toEqual([]);

    const late = await opened({ conflict: 'skip' });
    late.hooks.complete = async () => {
      await late.sink.write(put, CALM);
    };
    await late.take(late.message);
    await late.workAll();
    expect(await late.look()).toMatchObject({ objects: { skipped: 1, copied: 0 } });
    expect(late.sink.openUploads.size).toBe(0);
    for (const { sink } of [early, late]) expect(sink.objects.get('large')?.bytes.toString()).toBe('mine');
  });
});

describe('after a crash', () => {
  it('only parts that no slice tells of are moved again', async () => {
    const { shop, message, take, workAll, hooks, ranges, isWhole } = await opened();
    await take(message);
    const [first, second, third] = taken(shop, 'segments');
    if (first === undefined || second === undefined || third === undefined) throw new Error('three ranges');
    await take(second);
    // The process is stopped while the second part of the range is read: the first one is kept.
    const stop = new AbortController();
    hooks.read = async ({ range }) => {
      if (range?.from !== MiB) return;
      stop.abort(new Error('stopped'));
      throw new StoreError('cut off', { code: 'invalid', operation: 'GetObject' });
    };
    await expect(take(first, stop.signal)).rejects.toThrow('stopped');
    hooks.read = () => Promise.resolve();
    const before = ranges().length;
    await take(first);
    expect(ranges().slice(before)).toEqual([1]);
    await take(third);
    await workAll();
    expect(isWhole()).toBe(true);
  });

  it('messages that were lost are rung again for what is missing alone', async () => {
    const { shop, message, take, settleAll, workAll, look, clock, ranges, isWhole } = await opened();
    await take(message);
    const [first] = taken(shop, 'segments');
    if (first === undefined) throw new Error('three ranges');
    await take(first);
    await settleAll();
    await clock.advance(59_000);
    await look();
    expect(taken(shop, 'segments')).toEqual([]);
    await clock.advance(2_000);
    await look();
    await workAll();
    expect(ranges().toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(isWhole()).toBe(true);
    expect(await look()).toMatchObject({ status: 'succeeded' });
  });

  it('a completed upload whose result was lost is recognised', async () => {
    const { message, take, workAll, objects, row, look, sink, ranges } = await opened();
    await take(message);
    await workAll();
    for (const key of objects.objects.keys()) if (key.includes('/results/')) await objects.remove(key, CALM);
    expect(await row()).toMatchObject({ done: true });
    await take(message);
    await workAll();
    expect(ranges()).toHaveLength(6);
    expect([...objects.objects.keys()].filter((key) => key.includes('/results/'))).toHaveLength(1);
    expect(sink.openUploads.size).toBe(0);
    expect(await look()).toMatchObject({ objects: { copied: 1 } });
  });

  it('an upload that was begun and not noted is found and aborted, others of its key are not', async () => {
    const { message, take, workAll, hooks, sink, clock, isWhole } = await opened();
    const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
    const foreign = await sink.begin('large', attributes, CALM);
    const longer = await sink.begin('large/not', attributes, CALM);
    await clock.advance(16 * 60_000);
    const stop = new AbortController();
    hooks.begun = () => {
      stop.abort(new Error('killed'));
      return Promise.reject(new Error('killed'));
    };
    await expect(take(message, stop.signal)).rejects.toThrow('killed');
    expect(sink.openUploads.size).toBe(3);
    hooks.begun = () => Promise.resolve();
    await take(message);
    await workAll();
    expect(isWhole()).toBe(true);
    expect([...sink.openUploads.keys()]).toEqual([foreign.uploadId, longer.uploadId]);
  });
});

describe('a Complete whose connection breaks while the target merges', () => {
  /** The upload is gone at once, the object there when `merged` is called. */
  async function unheard() {
    const opening = await opened();
    const { shop, hooks, message, take } = opening;
    let merged: () => void = () => undefined;
    const merging = new Promise<void>((resolve) => (merged = resolve));
    hooks.complete = async (upload, parts, wish) => {
      hooks.complete = () => Promise.resolve();
      void shop.sink.complete(upload, parts, { ...wish, merge: () => merging }, CALM);
      return Promise.resolve();
    };
    await take(message);
    const [last, ...others] = taken(shop, 'segments').reverse();
    for (const one of others) await take(one);
    if (last === undefined) throw new Error('three ranges');
    /** Time passes once the target has been asked for the object. */
    const waits = async (one: SegmentMessage, ms: number): Promise<void> => {
      const asked = () => shop.sink.requests.get('HeadObject') ?? 0;
      const before = asked();
      let ended = false;
      const isOver = () => ended;
      const taking = take(one).finally(() => (ended = true));
      await until(() => asked() > before);
      const endMs = shop.clock.now() + ms;
      while (!isOver() && shop.clock.now() < endMs) await shop.clock.advance(5_000);
      if (!isOver()) merged();
      while (!isOver()) await shop.clock.advance(5_000);
      await taking;
    };
    return { ...opening, last, merged, waits };
  }

  it('is waited for, and nothing moves again', async () => {
    const { last, waits, settleAll, look, ranges, isWhole, sink } = await unheard();
    await waits(last, 100_000);
    await settleAll();
    expect(isWhole()).toBe(true);
    expect(ranges()).toHaveLength(6);
    expect(sink.requests.get('InitiateMultipartUpload')).toBe(1);
    expect(await look()).toMatchObject({ status: 'succeeded', verified: { crc64: 1 } });
  });

  it('is waited for by the next invocation where the time of one is over', async () => {
    const { shop, take, last, merged, waits, settleAll, look, ranges, isWhole, sink } = await unheard();
    await waits(last, LIMIT_MS);
    expect(sink.objects.size).toBe(0);
    await settleAll();
    const [again, ...more] = taken(shop, 'segments');
    expect(more).toEqual([]);
    merged();
    if (again !== undefined) await take(again);
    await settleAll();
    expect(isWhole()).toBe(true);
    expect(ranges()).toHaveLength(6);
    expect(sink.requests.get('InitiateMultipartUpload')).toBe(1);
    expect(await look()).toMatchObject({ status: 'succeeded' });
  });

  it('counts as lost after a quarter of an hour, whoever waited: another upload is begun', async () => {
    const { shop, take, last, waits, clock, workAll, isWhole, sink } = await unheard();
    let waiting: SegmentMessage | undefined = last;
    const beganMs = clock.now();
    for (let takes = 0; waiting?.parts !== undefined && takes < 9; takes++) {
      await waits(waiting, LIMIT_MS);
      [waiting] = taken(shop, 'segments');
    }
    expect(clock.now() - beganMs).toBe(15 * 60_000);
    if (waiting !== undefined) await take(waiting);
    await workAll();
    expect(isWhole()).toBe(true);
    expect(sink.requests.get('InitiateMultipartUpload')).toBe(2);
    expect(sink.openUploads.size).toBe(0);
  });
});

describe('an upload that another taker begins while the object ends', () => {
  /** Two have taken the segment; the one has the parts rung for, the other will begin an upload too, from that call on. */
  async function doubled(heldAt: 'read' | 'beginning') {
    const opening = await opened();
    const { hooks, message, take } = opening;
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const reaches = new Promise<void>((resolve) => {
      hooks[heldAt] = () => {
        hooks[heldAt] = () => Promise.resolve();
        resolve();
        return held;
      };
    });
    const second = take(message);
    await reaches;
    await take(message);
    const begins = async () => {
      goOn();
      await second;
    };
    return { ...opening, begins };
  }

  it('is freed by whoever ended it', async () => {
    const { shop, workAll, hooks, sink, isWhole, begins } = await doubled('read');
    hooks.put = async (key) => {
      if (!key.includes('/results/')) return;
      await begins();
      expect(sink.openUploads.size).toBe(1);
      taken(shop, 'segments'); // lost
    };
    await workAll();
    expect(isWhole()).toBe(true);
    expect(sink.requests.get('InitiateMultipartUpload')).toBe(2);
    expect(sink.openUploads.size).toBe(0);
  });

  it('is freed by whoever began it, where that comes later', async () => {
    const { shop, workAll, sink, isWhole, begins } = await doubled('beginning');
    await workAll();
    expect(isWhole()).toBe(true);
    await begins();
    expect(sink.requests.get('InitiateMultipartUpload')).toBe(2);
    expect(sink.openUploads.size).toBe(0);
    expect(taken(shop, 'segments')).toEqual([]);
  });

  it('is not begun where the object has ended before: who dies then leaves nothing', async () => {
    const { shop, workAll, sink, isWhole, begins } = await doubled('read');
    await workAll();
    await begins();
    expect(isWhole()).toBe(true);
    expect(sink.requests.get('InitiateMultipartUpload')).toBe(1);
    expect(taken(shop, 'segments')).toEqual([]);
  });
});

describe('what ends an upload', () => {
  it('is a source that changes: nothing of it stays', async () => {
    const { bucket, message, take, workAll, look, sink, hooks } = await opened();
    await take(message);
    hooks.read = ({ range }) => {
      if (range?.from === 3 * MiB) bucket.put('large', { bytes: Buffer.from('another') });
      return Promise.resolve();
    };
    await workAll();
    expect(sink.openUploads.size).toBe(0);
    expect(sink.objects.size).toBe(0);
    const report = await look();
    expect(report).toMatchObject({ status: 'completed_with_failures', objects: { failed: 1, pending: 0 } });
    expect(report?.failures).toMatchObject([{ code: 'SOURCE_CHANGED', objects: 1 }]);
  });

  it('is a source that changed before it was begun: nothing of it is', async () => {
    const { bucket, message, workAll, take, look, sink } = await opened();
    bucket.put('large', { bytes: Buffer.alloc(5 * MiB, 'another') });
    await take(message);
    await workAll();
    expect(sink.requests.get('InitiateMultipartUpload')).toBeUndefined();
    expect((await look())?.failures).toMatchObject([{ code: 'SOURCE_CHANGED', objects: 1 }]);
  });

  it('is a source that was emptied before it was begun, where no version was listed', async () => {
    const { bucket, message, workAll, take, look, sink, hooks } = await opened({ unsized: true });
    hooks.read = ({ range }) => {
      if (range !== undefined) bucket.put('large', { bytes: Buffer.alloc(0) });
      return Promise.resolve();
    };
    await take(message);
    await workAll();
    expect(sink.requests.get('InitiateMultipartUpload')).toBeUndefined();
    expect((await look())?.failures).toMatchObject([{ code: 'SOURCE_CHANGED', objects: 1 }]);
  });

  it('is somebody who aborts it: it is begun anew, once', async () => {
    const { shop, message, take, workAll, sink, uploadKeys, isWhole, look } = await opened();
    await take(message);
    for (const [uploadId, { key }] of sink.openUploads) await sink.abort({ key, uploadId }, CALM);
    await workAll();
    expect(isWhole()).toBe(true);
    const prefix = /^.*\/uploads\/r\/[^/]+\//;
    expect(uploadPlaces(uploadKeys().map((key) => key.replace(prefix, '')))).toHaveLength(2);
    expect(await look()).toMatchObject({ objects: { copied: 1 } });
    expect(taken(shop, 'segments')).toEqual([]);
  });

  it('is bytes that arrive as others: nothing corrupt is ever visible, and it fails in the end', async () => {
    const { message, take, workAll, hooks, sink, look } = await opened({ withoutCrc64: false });
    hooks.part = (request) => {
      const isThird = request.partNumber === 3;
      return Promise.resolve(
        isThird ? { ...request, content: { kind: 'bytes', bytes: Buffer.alloc(MiB, 'spoiled') } } : request,
      );
    };
    await take(message);
    await workAll();
    expect(sink.objects.size).toBe(0);
    expect(sink.openUploads.size).toBe(0);
    expect(sink.requests.get('CompleteMultipartUpload')).toBeUndefined();
    expect((await look())?.failures).toMatchObject([{ code: 'CHECKSUM_MISMATCH', objects: 1 }]);
  });

  it('is a part that no function gets through in its time', async () => {
    const { shop, message, take, workAll, hooks, look, sink } = await opened();
    await take(message);
    const [first] = taken(shop, 'segments');
    if (first === undefined) throw new Error('three ranges');
    hooks.read = ({ range }) =>
      range?.from === 0
        ? Promise.reject(new StoreError('not now', { code: 'denied', operation: 'GetObject' }))
        : Promise.resolve();
    await take({ ...first, stalled: 3 });
    await workAll();
    expect((await look())?.failures).toMatchObject([{ code: 'TIMEOUT', objects: 1 }]);
    expect(sink.openUploads.size).toBe(0);
  });

  it('is the word to cancel, also where it was only begun', async () => {
    for (const isNoted of [true, false]) {
      const { message, take, hooks, look, state, sink, shop } = await opened();
      const stop = new AbortController();
      if (!isNoted) {
        hooks.begun = () => {
          stop.abort(new Error('killed'));
          return Promise.reject(new Error('killed'));
        };
      }
      await take(message, stop.signal).catch(() => undefined);
      const [, second] = taken(shop, 'segments');
      if (second !== undefined) await take(second);
      expect(sink.openUploads.size).toBe(1);
      await state.writeControl({ state: 'cancelled' }, CALM);
      expect(await look()).toMatchObject({ status: 'cancelled', objects: { failed: 1 } });
      expect(sink.openUploads.size).toBe(0);
    }
  });
});

describe('state objects of an upload that were changed', () => {
  it.each(['upload.json', '4-6-'])('cost time, never data (%s)', async (name) => {
    const { message, take, workAll, shop, objects, uploadKeys, hooks, isWhole, look, sink } = await opened();
    await take(message);
    hooks.complete = () =>
      Promise.reject(new StoreError('down', { code: 'unavailable', operation: 'Complete' }));
    const rung = taken(shop, 'segments');
    await Promise.allSettled(rung.map((one) => take(one)));
    const garbled = uploadKeys().filter((key) => key.includes(`/${name}`));
    expect(garbled.length).toBeGreaterThan(0);
    for (const key of garbled) await objects.put(key, '{"parts":[]}', { contentType: 'text/plain' }, CALM);
    hooks.complete = () => Promise.resolve();
    await take(message);
    await workAll();
    expect(isWhole()).toBe(true);
    expect(sink.openUploads.size).toBe(0);
    expect(await look()).toMatchObject({ status: 'succeeded' });
  });
});
