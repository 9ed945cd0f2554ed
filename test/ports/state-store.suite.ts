/** What every `StateStore` must do, whatever is behind it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StateStore } from '../../lib/ports/state-store.ts';
import { collected, firstOf, seededBytes } from '../support/bytes.ts';
import { inByteOrder, NASTY_KEYS } from '../support/nasty-keys.ts';
import { NEVER } from './object-source.harness.ts';

export interface StateHarness {
  /** Two handles to one store. */
  readonly stores: readonly [StateStore, StateStore];
  contentType(key: string): string | undefined;
  uploadCount(): number;
  close(): Promise<void>;
}

const JSON_TYPE = { contentType: 'application/json' };
const MiB = 1024 * 1024;

export function describeStateStore(name: string, open: () => Promise<StateHarness>): void {
  describe(`${name} as a state store`, () => {
    let harness: StateHarness;
    beforeAll(async () => {
      harness = await open();
      for (const key of NASTY_KEYS) await harness.stores[0].put(key, key, JSON_TYPE, NEVER);
    });
    afterAll(() => harness.close());

    keeping(() => harness);
    streaming(() => harness);
    uploading(() => harness);
  });
}

function keeping(harness: () => StateHarness): void {
  it('shows through one handle what another put, under any key', async () => {
    const [, other] = harness().stores;
    for (const key of NASTY_KEYS) {
      expect((await other.get(key, NEVER))?.toString()).toBe(key);
      expect(harness().contentType(key)).toBe('application/json');
    }
  });

  it('lists all keys under a prefix in UTF-8 byte order', async () => {
    const [, other] = harness().stores;
    const listed = (await other.list('', NEVER)).filter((key) => NASTY_KEYS.includes(key));
    expect(listed).toEqual(inByteOrder(NASTY_KEYS));
    expect(await other.list('percent%', NEVER)).toEqual(
      inByteOrder(NASTY_KEYS.filter((key) => key.startsWith('percent%'))),
    );
    expect(await other.list('nothing here/', NEVER)).toEqual([]);
  });

  it('puts texts and bytes, empty ones too, and replaces them', async () => {
    const [store, other] = harness().stores;
    for (const body of ['\u4e2d\u6587', '', seededBytes(1, 100_000), new Uint8Array(0)]) {
      await store.put('kept', body, JSON_TYPE, NEVER);
      expect((await other.get('kept', NEVER))?.equals(Buffer.from(body as Uint8Array))).toBe(true);
    }
  });

  it('refuses an object larger than its kind can be, also where it arrives in one piece', async () => {
    const [store, other] = harness().stores;
    for (const [key, bytesMax] of [
      ['t/control.json', 64 * 1024],
      ['t/report.json', 8 * MiB],
    ] as const) {
      await store.put(key, Buffer.alloc(bytesMax, ' '), JSON_TYPE, NEVER);
      expect((await other.get(key, NEVER))?.length).toBe(bytesMax);
      await store.put(key, Buffer.alloc(bytesMax + 1, ' '), JSON_TYPE, NEVER);
      await expect(other.get(key, NEVER)).rejects.toMatchObject({ name: 'StoreError', code: 'too_large' });
      await store.remove(key, NEVER);
    }
  });

  it('knows nothing of a key that was removed, or never was', async () => {
    const [store, other] = harness().stores;
    await store.put('removed', 'x', JSON_TYPE, NEVER);
    await other.remove('removed', NEVER);
    await other.remove('removed', NEVER);
    expect(await store.get('removed', NEVER)).toBeUndefined();
    expect(await store.getStream('removed', NEVER)).toBeUndefined();
    expect(await store.get('never', NEVER)).toBeUndefined();
  });

  it('rejects with the reason of a signal that has aborted', async () => {
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    const [store] = harness().stores;
    await expect(store.put('aborted', 'x', JSON_TYPE, aborted)).rejects.toBe(reason);
    await expect(store.beginUpload('aborted', JSON_TYPE, aborted)).rejects.toBe(reason);
    await expect(store.get('a', aborted)).rejects.toBe(reason);
    await expect(store.getStream('a', aborted)).rejects.toBe(reason);
    await expect(store.list('', aborted)).rejects.toBe(reason);
    await expect(store.remove('a', aborted)).rejects.toBe(reason);
    expect(await store.get('aborted', NEVER)).toBeUndefined();
  });
}

function streaming(harness: () => StateHarness): void {
  for (const size of [0, 1, 8 * MiB - 1, 17 * MiB + 3]) {
    it(`streams ${String(size)} bytes out`, async () => {
      const [store, other] = harness().stores;
      const bytes = seededBytes(size, size);
      await store.put('streamed', bytes, JSON_TYPE, NEVER);
      const stream = await other.getStream('streamed', NEVER);
      expect(stream === undefined ? undefined : (await collected(stream)).equals(bytes)).toBe(true);
    });
  }

  it('frees what a stream holds that is left in the middle', async () => {
    const [store] = harness().stores;
    await store.put('left', seededBytes(3, 3 * MiB), JSON_TYPE, NEVER);
    for (let round = 0; round < 20; round++) {
      const stream = await store.getStream('left', NEVER);
      expect(stream === undefined ? 0 : (await firstOf(stream))?.length).toBeGreaterThan(0);
    }
    expect(await store.get('left', NEVER)).toHaveLength(3 * MiB);
  });
}

function uploading(harness: () => StateHarness): void {
  const parts = [seededBytes(4, MiB), seededBytes(5, MiB + 1), seededBytes(6, 7)] as const;

  it('writes an object in parts through any handle, shown only when it is complete', async () => {
    const [store, other] = harness().stores;
    await store.put('parts', 'before', JSON_TYPE, NEVER);
    const upload = await store.beginUpload('parts', { contentType: 'text/html' }, NEVER);
    const etags: string[] = [];
    for (const [i, bytes] of parts.entries())
      etags.push(await (i % 2 === 0 ? other : store).writePart({ upload, partNumber: i + 1, bytes }, NEVER));
    expect((await other.get('parts', NEVER))?.toString()).toBe('before');
    expect(harness().uploadCount()).toBe(1);
    await other.completeUpload(upload, etags, NEVER);
    expect((await store.get('parts', NEVER))?.equals(Buffer.concat(parts))).toBe(true);
    expect(harness().contentType('parts')).toBe('text/html');
    expect(harness().uploadCount()).toBe(0);
  });

  it('answers one ETag for equal bytes, and refuses to complete where another part took a place', async () => {
    const [store, other] = harness().stores;
    const upload = await store.beginUpload('replaced', JSON_TYPE, NEVER);
    const write = (of: StateStore, bytes: Uint8Array) =>
      of.writePart({ upload, partNumber: 1, bytes }, NEVER);
    const [first, again] = [await write(store, parts[0]), await write(other, parts[0])];
    expect(again).toBe(first);
    const second = await write(other, parts[1]);
    await expect(store.completeUpload(upload, [first], NEVER)).rejects.toMatchObject({ code: 'invalid' });
    await store.completeUpload(upload, [second], NEVER);
    expect((await other.get('replaced', NEVER))?.equals(parts[1])).toBe(true);
  });

  it('knows nothing of an upload that was completed or aborted', async () => {
    const [store, other] = harness().stores;
    await store.remove('given up', NEVER);
    const upload = await store.beginUpload('given up', JSON_TYPE, NEVER);
    const etag = await store.writePart({ upload, partNumber: 1, bytes: parts[2] }, NEVER);
    await other.abortUpload(upload, NEVER);
    await store.abortUpload(upload, NEVER);
    const gone = { code: 'gone' };
    await expect(store.writePart({ upload, partNumber: 1, bytes: parts[2] }, NEVER)).rejects.toMatchObject(
      gone,
    );
    await expect(other.completeUpload(upload, [etag], NEVER)).rejects.toMatchObject(gone);
    expect(await store.get('given up', NEVER)).toBeUndefined();
    expect(harness().uploadCount()).toBe(0);
  });
}
