import { expect, it } from 'vitest';
import { MemoryBucket } from '../../lib/adapters/memory/bucket.ts';
import { MemoryObjectSink } from '../../lib/adapters/memory/object-sink.ts';
import { MemoryObjectSource } from '../../lib/adapters/memory/object-source.ts';
import { periodicBody } from '../../lib/adapters/memory/periodic.ts';
import { mappingOf } from '../../lib/app/copy-context.ts';
import { copyLarge } from '../../lib/app/copy-large.ts';
import { Semaphore } from '../../lib/app/lanes.ts';
import { StoreError, type StoreErrorCode } from '../../lib/core/errors.ts';
import { OBJECT_BYTES_MAX, SPREAD } from '../../lib/core/parts.ts';
import type { MultipartUpload, Part, PartRequest, Written } from '../../lib/ports/object-sink.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { sampleTask } from '../support/sample-task.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { until } from '../support/until.ts';
import { CALM } from '../support/workshop.ts';

const TiB = 1024 ** 4;
/** Three parts, the last of them short. */
const SIZE = 16 * 1024 * 1024 + 5;
const BYTES = Buffer.alloc(SIZE, 'no part is like another one: 8 MiB are no multiple of this; ');
const ATTRIBUTES = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' } as const;

/** Counts what is done to it, and lets a test step in. */
class WatchedSink extends MemoryObjectSink {
  readonly begun: string[] = [];
  readonly pending = new Set<string>();
  readonly written: number[] = [];
  beforePart: (partNumber: number, signal: AbortSignal) => Promise<void> = async () => undefined;
  onTheWay = (request: PartRequest): PartRequest => request;
  aroundComplete = (complete: () => Promise<Written>): Promise<Written> => complete();

  override async begin(...args: Parameters<MemoryObjectSink['begin']>): Promise<MultipartUpload> {
    const upload = await super.begin(...args);
    this.begun.push(upload.uploadId);
    this.pending.add(upload.uploadId);
    return upload;
  }

  override async writePart(request: PartRequest, signal: AbortSignal): Promise<Part> {
    await this.beforePart(request.partNumber, signal);
    const part = await super.writePart(this.onTheWay(request), signal);
    this.written.push(request.partNumber);
    return part;
  }

  override complete(...args: Parameters<MemoryObjectSink['complete']>): Promise<Written> {
    return this.aroundComplete(async () => {
      const written = await super.complete(...args);
      this.pending.delete(args[0].uploadId);
      return written;
    });
  }

  override async abort(upload: MultipartUpload, signal: AbortSignal): Promise<void> {
    this.pending.delete(upload.uploadId);
    await super.abort(upload, signal);
  }
}

function opened({ conflict = 'overwrite', withoutCrc64 = false } = {}) {
  const bucket = new MemoryBucket();
  const sink = new WatchedSink({ nowMs: () => 0 });
  const { etag } = bucket.put('large', { bytes: BYTES, withoutCrc64 });
  const task = sampleTask({ conflict });
  const context = {
    task,
    mapping: mappingOf(task),
    source: new MemoryObjectSource(bucket),
    sink,
    clock: impatient(),
    dice: seededDice(3),
    parts: new Semaphore(8),
    spread: SPREAD,
  };
  const copy = (size = SIZE, ifMatch = etag) =>
    copyLarge(context, { key: 'copy', sourceKey: 'large', size, etag: ifMatch }, CALM);
  const isWhole = () => sink.objects.get('copy')?.bytes.equals(BYTES) === true;
  return { bucket, sink, copy, isWhole };
}

/** Waits before another attempt take no time; what bounds a work in time never strikes. */
function impatient(): FakeClock {
  const clock = new FakeClock();
  const sleep = clock.sleep.bind(clock);
  return Object.assign(clock, {
    sleep: (ms: number, signal?: AbortSignal) => (signal === CALM ? Promise.resolve() : sleep(ms, signal)),
  });
}

/** The lowest bit of its first byte is flipped. */
function spoiled({ content, ...request }: PartRequest): PartRequest {
  if (content.kind === 'bytes') throw new TypeError('a part of this size is streamed');
  async function* chunks(stream: AsyncIterable<Uint8Array>) {
    let mask = 1;
    for await (const chunk of stream) {
      const copy = Buffer.from(chunk);
      copy.writeUInt8(copy.readUInt8(0) ^ mask, 0);
      yield copy;
      mask = 0;
    }
  }
  return { ...request, content: { ...content, chunks: chunks(content.chunks) } };
}

function failing(code: StoreErrorCode): StoreError {
  return new StoreError('as the test wishes', { code, operation: 'test' });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

it.each([false, true])(
  'parts make up the object in whatever order they arrive (no CRC-64 stated: %s)',
  async (withoutCrc64) => {
    const { sink, copy, isWhole } = opened({ withoutCrc64 });
    sink.beforePart = (partNumber) => until(() => sink.written.length >= 3 - partNumber);
    expect(await copy()).toEqual({ kind: 'copied', bytes: SIZE, verified: 'crc64' });
    expect(sink.written).toEqual([3, 2, 1]);
    expect(isWhole()).toBe(true);
  },
);

it('an object that changes between two parts fails as stale, and nothing of it stays', async () => {
  const { bucket, sink, copy } = opened();
  sink.beforePart = async () => void bucket.put('large', { bytes: Buffer.alloc(SIZE, 'another') });
  await expect(copy()).rejects.toMatchObject({ code: 'stale' });
  expect(sink.objects.size + sink.pending.size).toBe(0);
});

it('a part that was changed on the way is noticed before there is an object', async () => {
  const { sink, copy, isWhole } = opened();
  let completions = 0;
  sink.onTheWay = (request) =>
    request.partNumber === 2 && request.upload.uploadId === sink.begun[0] ? spoiled(request) : request;
  sink.aroundComplete = (complete) => {
    completions++;
    return complete();
  };
  expect(await copy()).toMatchObject({ kind: 'copied' });
  expect({ completions, uploads: sink.begun.length, pending: sink.pending.size }).toEqual({
    completions: 1,
    uploads: 2,
    pending: 0,
  });
  expect(isWhole()).toBe(true);
});

it('a part that fails for good stops the others, and the upload is aborted', async () => {
  const { sink, copy } = opened();
  let waiting = 0;
  sink.beforePart = async (partNumber, signal) => {
    if (partNumber !== 2) {
      waiting++;
      return aborted(signal);
    }
    await until(() => waiting === 2);
    throw failing('denied');
  };
  await expect(copy()).rejects.toMatchObject({ code: 'denied' });
  expect({ begun: sink.begun.length, pending: sink.pending.size }).toEqual({ begun: 1, pending: 0 });
}, 5_000);

it('an object that came into the target meanwhile is kept by skip', async () => {
  const { sink, copy } = opened({ conflict: 'skip' });
  sink.aroundComplete = async (complete) => {
    const content = { kind: 'bytes', bytes: Buffer.from('mine') } as const;
    await sink.write({ key: 'copy', content, attributes: ATTRIBUTES, forbidOverwrite: false }, CALM);
    return complete();
  };
  expect(await copy()).toEqual({ kind: 'skipped', bytes: SIZE });
  expect(sink.objects.get('copy')?.bytes.toString()).toBe('mine');
  expect(sink.pending.size).toBe(0);
});

it('a Complete that was done and not answered moves no byte again', async () => {
  const { sink, copy, isWhole } = opened();
  sink.aroundComplete = async (complete) => {
    await complete();
    throw failing('unavailable');
  };
  expect(await copy()).toMatchObject({ kind: 'copied', verified: 'crc64' });
  expect(sink.written).toHaveLength(3);
  expect(isWhole()).toBe(true);
});

it('a Complete that was not done is not taken for done because of another object of that size', async () => {
  const { sink, copy, isWhole } = opened();
  const content = { kind: 'bytes', bytes: Buffer.alloc(SIZE, 'older') } as const;
  await sink.write({ key: 'copy', content, attributes: ATTRIBUTES, forbidOverwrite: false }, CALM);
  let failures = 1;
  sink.aroundComplete = (complete) => (failures-- > 0 ? Promise.reject(failing('unavailable')) : complete());
  expect(await copy()).toMatchObject({ kind: 'copied' });
  expect(isWhole()).toBe(true);
});

it('the largest object is copied in 10,000 parts, and what arrives is what was there', async () => {
  const { bucket, sink, copy } = opened();
  const body = periodicBody(1, OBJECT_BYTES_MAX);
  const { etag } = bucket.put('large', { bytes: body });
  expect(await copy(OBJECT_BYTES_MAX, etag)).toMatchObject({ kind: 'copied', verified: 'crc64' });
  expect(sink.objects.get('copy')?.body).toEqual(body);
  expect(sink.written).toHaveLength(10_000);
});

it('an object of terabytes that changes under way fails as stale, and nothing of it stays', async () => {
  const { bucket, sink, copy } = opened();
  const { etag } = bucket.put('large', { bytes: periodicBody(1, TiB) });
  sink.beforePart = async (partNumber) => {
    if (partNumber === 5_000) bucket.put('large', { bytes: periodicBody(2, TiB) });
  };
  await expect(copy(TiB, etag)).rejects.toMatchObject({ code: 'stale' });
  expect(sink.objects.size + sink.pending.size).toBe(0);
});

it('an object larger than COS takes is not begun', async () => {
  const { sink, copy } = opened();
  await expect(copy(OBJECT_BYTES_MAX + 1)).rejects.toMatchObject({ code: 'OBJECT_TOO_LARGE' });
  expect(sink.begun).toEqual([]);
});
