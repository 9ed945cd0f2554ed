/** What every `ObjectSink` must do with uploads in parts. */
import { expect, it } from 'vitest';
import { crc64Of } from '../../lib/adapters/memory/body.ts';
import { seededBytes } from '../support/bytes.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';
import { contentOf, type SinkHarness, streamOf, writeOf } from './object-sink.harness.ts';
import { codeOf, NEVER } from './object-source.harness.ts';

const MiB = 1024 * 1024;
const ATTRIBUTES = {
  headers: { 'content-type': 'text/html' },
  metadata: { utf8: Buffer.from('\u4e2d').toString('latin1') },
  tags: { 'a b': 'c' },
  storageClass: 'STANDARD_IA',
};
const OVERWRITING = { forbidOverwrite: false };

export function multipart(harness: () => SinkHarness): void {
  completing(harness);
  finding(harness);
  failing(harness);
}

function completing(harness: () => SinkHarness): void {
  it('joins parts that came out of order, with attributes and the CRC-64 of the whole', async () => {
    const bytes = seededBytes(1, 2 * MiB + 5);
    const { sink, held } = harness();
    const upload = await sink.begin('parts/joined', ATTRIBUTES, NEVER);
    const third = await sink.writePart(
      { upload, partNumber: 3, content: contentOf(bytes.subarray(2 * MiB)) },
      NEVER,
    );
    const first = await sink.writePart(
      { upload, partNumber: 1, content: streamOf(bytes.subarray(0, MiB)) },
      NEVER,
    );
    const second = await sink.writePart(
      { upload, partNumber: 2, content: contentOf(bytes.subarray(MiB, 2 * MiB)) },
      NEVER,
    );
    expect(await held('parts/joined')).toBeUndefined();
    const written = await sink.complete(upload, [first, second, third], OVERWRITING, NEVER);
    expect(written.crc64).toBe(await crc64Of(bytes));
    const object = await held('parts/joined');
    expect(object?.bytes.equals(bytes)).toBe(true);
    expect(object).toMatchObject(ATTRIBUTES);
  });

  it('takes each key for its own upload', async () => {
    const { sink, held } = harness();
    for (const key of NASTY_KEYS) {
      const upload = await sink.begin(key, ATTRIBUTES, NEVER);
      const part = await sink.writePart(
        { upload, partNumber: 1, content: contentOf(Buffer.from(key)) },
        NEVER,
      );
      await sink.complete(upload, [part], OVERWRITING, NEVER);
      expect((await held(key))?.bytes.toString()).toBe(key);
    }
  });

  it('keeps the last of what was sent as one part', async () => {
    const { sink, held } = harness();
    const upload = await sink.begin('parts/twice', ATTRIBUTES, NEVER);
    const before = await sink.writePart(
      { upload, partNumber: 1, content: contentOf(Buffer.from('before')) },
      NEVER,
    );
    const after = await sink.writePart(
      { upload, partNumber: 1, content: contentOf(Buffer.from('after')) },
      NEVER,
    );
    expect(await codeOf(sink.complete(upload, [before], OVERWRITING, NEVER))).toBe('invalid');
    await sink.complete(upload, [after], OVERWRITING, NEVER);
    expect((await held('parts/twice'))?.bytes.toString()).toBe('after');
  });

  it('refuses to complete over an object where that is forbidden', async () => {
    const { sink, held } = harness();
    await sink.write(writeOf('parts/exists', Buffer.from('first')), NEVER);
    const upload = await sink.begin('parts/exists', ATTRIBUTES, NEVER);
    const part = await sink.writePart(
      { upload, partNumber: 1, content: contentOf(Buffer.from('second')) },
      NEVER,
    );
    expect(await codeOf(sink.complete(upload, [part], { forbidOverwrite: true }, NEVER))).toBe('exists');
    expect((await held('parts/exists'))?.bytes.toString()).toBe('first');
    await sink.abort(upload, NEVER);
  });
}

function finding(harness: () => SinkHarness): void {
  it('finds the unfinished uploads of exactly one key, oldest first, until each is ended', async () => {
    const { sink } = harness();
    const key = 'parts/found +%2B\u4e2d';
    const ofOthers = [`${key}/`, `${key}\u{10ffff}`, 'parts/found', key.slice(0, -1)];
    const begun = [await sink.begin(key, ATTRIBUTES, NEVER)];
    for (const other of ofOthers) await sink.begin(other, ATTRIBUTES, NEVER);
    begun.push(await sink.begin(key, ATTRIBUTES, NEVER), await sink.begin(key, ATTRIBUTES, NEVER));
    const found = await sink.uploads(key, NEVER);
    expect(found.map(({ uploadId }) => uploadId).sort()).toEqual(
      begun.map(({ uploadId }) => uploadId).sort(),
    );
    expect(found.every((upload) => upload.key === key)).toBe(true);
    const times = found.map(({ initiatedMs }) => initiatedMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((ms) => Math.abs(ms - harness().nowMs()) < 60_000)).toBe(true);
    for (const [at, upload] of found.entries()) {
      const part = await sink.writePart(
        { upload, partNumber: 1, content: contentOf(Buffer.from('x')) },
        NEVER,
      );
      if (at === 0) await sink.complete(upload, [part], OVERWRITING, NEVER);
      else await sink.abort(upload, NEVER);
      expect(await sink.uploads(key, NEVER)).toEqual(found.slice(at + 1));
    }
    for (const other of ofOthers) {
      const [left, ...more] = await sink.uploads(other, NEVER);
      expect([left?.key, more]).toEqual([other, []]);
      if (left !== undefined) await sink.abort(left, NEVER);
    }
    expect(await sink.uploads('parts/never begun', NEVER)).toEqual([]);
  });

  it('finds the upload of every key', async () => {
    const { sink } = harness();
    const uploads = await Promise.all(NASTY_KEYS.map((key) => sink.begin(key, ATTRIBUTES, NEVER)));
    for (const { key, uploadId } of uploads) {
      expect((await sink.uploads(key, NEVER)).map((found) => [found.key, found.uploadId])).toEqual([
        [key, uploadId],
      ]);
    }
    for (const upload of uploads) await sink.abort(upload, NEVER);
  });
}

function failing(harness: () => SinkHarness): void {
  it('refuses parts out of order, parts too small, parts never sent, and part numbers out of bounds', async () => {
    const { sink } = harness();
    const upload = await sink.begin('parts/refused', ATTRIBUTES, NEVER);
    const write = (partNumber: number, bytes: Buffer) =>
      sink.writePart({ upload, partNumber, content: contentOf(bytes) }, NEVER);
    const small = await write(1, Buffer.from('small'));
    const last = await write(2, Buffer.from('last'));
    for (const parts of [[last, small], [small, last], [small, { partNumber: 3, etag: last.etag }], []]) {
      expect(await codeOf(sink.complete(upload, parts, OVERWRITING, NEVER))).toBe('invalid');
    }
    for (const partNumber of [0, 10_001])
      expect(await codeOf(write(partNumber, Buffer.from('x')))).toBe('invalid');
    await sink.abort(upload, NEVER);
    expect(await harness().held('parts/refused')).toBeUndefined();
  });

  it('forgets an upload that is aborted, twice without complaint, and knows it no longer', async () => {
    const { sink, uploadCount } = harness();
    const before = uploadCount();
    const upload = await sink.begin('parts/aborted', ATTRIBUTES, NEVER);
    const part = await sink.writePart({ upload, partNumber: 1, content: contentOf(Buffer.from('x')) }, NEVER);
    expect(uploadCount()).toBe(before + 1);
    await sink.abort(upload, NEVER);
    await sink.abort(upload, NEVER);
    expect(uploadCount()).toBe(before);
    expect(await codeOf(sink.complete(upload, [part], OVERWRITING, NEVER))).toBe('gone');
    expect(
      await codeOf(sink.writePart({ upload, partNumber: 1, content: contentOf(Buffer.from('x')) }, NEVER)),
    ).toBe('gone');
  });

  it('refuses to complete an upload twice or one that never was', async () => {
    const { sink } = harness();
    const upload = await sink.begin('parts/once', ATTRIBUTES, NEVER);
    const part = await sink.writePart({ upload, partNumber: 1, content: contentOf(Buffer.from('x')) }, NEVER);
    await sink.complete(upload, [part], OVERWRITING, NEVER);
    expect(await codeOf(sink.complete(upload, [part], OVERWRITING, NEVER))).toBe('gone');
    expect(
      await codeOf(sink.complete({ key: 'parts/once', uploadId: 'never' }, [part], OVERWRITING, NEVER)),
    ).toBe('gone');
    expect((await harness().held('parts/once'))?.bytes.toString()).toBe('x');
  });
}
