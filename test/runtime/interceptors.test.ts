import { Semaphore } from '../../lib/app/lanes.ts';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryBucket } from '../../lib/adapters/memory/bucket.ts';
import { MemoryObjectSink } from '../../lib/adapters/memory/object-sink.ts';
import { MemoryObjectSource } from '../../lib/adapters/memory/object-source.ts';
import { MemoryStateStore } from '../../lib/adapters/memory/state-store.ts';
import { StoreError } from '../../lib/core/errors.ts';
import { guardSink, guardSource, guardState } from '../../lib/runtime/interceptors.ts';
import { RateLimiter } from '../../lib/runtime/limiter.ts';
import { Throttle } from '../../lib/runtime/throttle.ts';
import { collected } from '../support/bytes.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { CALM } from '../support/workshop.ts';

/** Calls of each method so far; each fails the first time. */
function faltering<T extends object>(store: T): { store: T; calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const handler: ProxyHandler<T> = {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const call = (calls.get(String(name)) ?? 0) + 1;
        calls.set(String(name), call);
        if (call === 1) throw new StoreError('HTTP 503', { code: 'unavailable', operation: String(name) });
        return (await Reflect.apply(method, target, args)) as unknown;
      };
    },
  };
  return { store: new Proxy(store, handler), calls };
}

function opened(requestsPerSecond?: number, bytesPerSecond?: number) {
  const clock = new FakeClock(0);
  const bucket = new MemoryBucket();
  const context = { clock, dice: seededDice(1) };
  const requests = new RateLimiter(clock, requestsPerSecond);
  const bytes = new RateLimiter(clock, bytesPerSecond);
  const limits = { requests, bytes, turns: new Semaphore(1), throttle: new Throttle(context) };
  return { clock, bucket, context, limits };
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Whether it succeeds, with time going by as it waits. */
async function succeeds(clock: FakeClock, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => false,
  );
  await clock.advance(5_000);
  return ended;
}

describe('control calls', () => {
  it('of a source are tried again, its reads are not', async () => {
    const { clock, bucket, context, limits } = opened();
    bucket.put('a', { bytes: Buffer.from('x') });
    const { store, calls } = faltering(new MemoryObjectSource(bucket));
    const source = guardSource(store, limits, context);
    expect(await succeeds(clock, source.list({ prefix: '', after: '', keysMax: 1 }, CALM))).toBe(true);
    expect(await succeeds(clock, source.head('a', CALM))).toBe(true);
    expect(await succeeds(clock, source.tags('a', CALM))).toBe(true);
    expect(await succeeds(clock, source.read({ key: 'a' }, CALM))).toBe(false);
    expect(Object.fromEntries(calls)).toEqual({ list: 2, head: 2, tags: 2, read: 1 });
  });

  it('of a sink are tried again, its writes are not', async () => {
    const { clock, context, limits } = opened();
    const { store, calls } = faltering(new MemoryObjectSink());
    const sink = guardSink(store, limits, context);
    const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
    const content = { kind: 'bytes', bytes: Buffer.from('x') } as const;
    const write = { key: 'a', content, attributes, forbidOverwrite: false };
    const upload = { key: 'a', uploadId: 'upload-1' };
    expect(await succeeds(clock, sink.write(write, CALM))).toBe(false);
    expect(await succeeds(clock, sink.begin('a', attributes, CALM))).toBe(false);
    expect(await succeeds(clock, sink.writePart({ upload, partNumber: 1, content }, CALM))).toBe(false);
    for (const work of [
      () => sink.list({ prefix: '', after: '', keysMax: 1 }, CALM),
      () => sink.head('a', CALM),
      () => sink.abort(upload, CALM),
      () => sink.uploads('a', CALM),
      () => sink.remove('a', CALM),
      () => sink.versioning(CALM),
    ])
      expect(await succeeds(clock, work())).toBe(true);
    expect([calls.get('write'), calls.get('writePart'), calls.get('begin')]).toEqual([1, 1, 1]);
  });

  it('of a state store are tried again, each of them', async () => {
    const { clock, context } = opened();
    const store = guardState(faltering(new MemoryStateStore()).store, context);
    const type = { contentType: 'text/plain' };
    expect(await succeeds(clock, store.put('a', 'x', type, CALM))).toBe(true);
    expect(await succeeds(clock, store.get('a', CALM))).toBe(true);
    expect(await succeeds(clock, store.getStream('a', CALM))).toBe(true);
    expect(await succeeds(clock, store.list('', CALM))).toBe(true);
    expect(await succeeds(clock, store.remove('a', CALM))).toBe(true);
    expect(await succeeds(clock, store.beginUpload('a', type, CALM))).toBe(true);
    const part = { upload: { key: 'a', uploadId: 'upload-1' }, partNumber: 1, bytes: Buffer.from('x') };
    expect(await succeeds(clock, store.writePart(part, CALM))).toBe(true);
    expect(await succeeds(clock, store.completeUpload(part.upload, [md5('x')], CALM))).toBe(true);
    expect(await succeeds(clock, store.abortUpload(part.upload, CALM))).toBe(true);
  });
});

describe('the limits of a source', () => {
  it('hold requests back, each attempt anew', async () => {
    const { clock, bucket, context, limits } = opened(1);
    bucket.put('a', { bytes: Buffer.from('x') });
    const source = guardSource(new MemoryObjectSource(bucket), limits, context);
    let heads = 0;
    for (let i = 0; i < 10; i++) void source.head('a', CALM).then(() => heads++);
    await clock.advance(3_000);
    expect(heads).toBe(3);
  });

  it.each([
    ['bytes', { requestsPerSecond: 60, bytesPerSecond: 40 }, 60],
    ['requests', { requestsPerSecond: 40, bytesPerSecond: 60 }, 60],
  ])('both hold also after %s were short for a while', async (_, short, perSecond) => {
    const { clock, bucket, context, limits } = opened(short.requestsPerSecond, short.bytesPerSecond);
    bucket.put('a', { bytes: Buffer.from('x') });
    const source = guardSource(new MemoryObjectSource(bucket), limits, context);
    let reads = 0;
    for (let i = 0; i < 2_000; i++)
      void source.read({ key: 'a', expectedBytes: 1 }, CALM).then(() => reads++);
    await clock.advance(20_000);
    expect(reads).toBeGreaterThan(20 * 38);
    limits.requests.perSecond = limits.bytes.perSecond = perSecond;
    // What is no longer short is asked for as fast as the other allows, and no faster.
    if (short.requestsPerSecond > short.bytesPerSecond) limits.bytes.perSecond = 10 * perSecond;
    else limits.requests.perSecond = 10 * perSecond;
    const before = reads;
    await clock.advance(10_000);
    expect(reads - before).toBeLessThanOrEqual(10 * perSecond * 1.02);
    expect(reads - before).toBeGreaterThanOrEqual(10 * perSecond * 0.95);
  });

  it('let those go who are aborted while others wait', async () => {
    const { clock, bucket, context, limits } = opened(1, 1);
    bucket.put('a', { bytes: Buffer.from('xy') });
    const source = guardSource(new MemoryObjectSource(bucket), limits, context);
    const halt = new AbortController();
    let reads = 0;
    const read = (signal: AbortSignal) => source.read({ key: 'a', expectedBytes: 2 }, signal);
    void read(CALM).then(() => reads++);
    const halted = [read(halt.signal), read(halt.signal)];
    void read(CALM).then(() => reads++);
    await clock.advance(500);
    halt.abort(new Error('enough'));
    for (const one of halted) await expect(one).rejects.toThrow('enough');
    await clock.advance(4_000);
    expect(reads).toBe(2);
  });

  it('hold bytes back whatever form they come in, and change none', async () => {
    for (const [bufferedBytesMax, expectedBytes] of [
      [0, undefined],
      [0, 3_000_000],
      [9e9, undefined],
      [9e9, 9],
    ]) {
      const { clock, bucket, context, limits } = opened(undefined, 1_000_000);
      const bytes = Buffer.alloc(3_000_000, 'abcdefg');
      bucket.put('a', { bytes });
      const memory = new MemoryObjectSource(bucket, { bufferedBytesMax: bufferedBytesMax! });
      const source = guardSource(memory, limits, context);
      let atMs = 0;
      const read = source.read({ key: 'a', expectedBytes }, CALM).then(async ({ content }) => {
        const all = content.kind === 'bytes' ? content.bytes : await collected(content.chunks);
        atMs = clock.now();
        return Buffer.compare(all, bytes);
      });
      for (let second = 0; second < 50 && atMs === 0; second++) await clock.advance(100);
      expect(await read).toBe(0);
      expect(atMs).toBeGreaterThanOrEqual(2_850);
      expect(atMs).toBeLessThanOrEqual(3_100);
    }
  });
});
