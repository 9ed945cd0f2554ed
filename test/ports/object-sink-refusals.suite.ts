/** When every `ObjectSink` must refuse, and with what. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import type { Content } from '../../lib/ports/object-source.ts';
import { inChunks, seededBytes } from '../support/bytes.ts';
import { REFUSED_KEYS } from '../support/nasty-keys.ts';
import { contentOf, PLAIN, type SinkHarness, streamOf, writeOf } from './object-sink.harness.ts';
import { codeOf, NEVER } from './object-source.harness.ts';

export function refusing(harness: () => SinkHarness): void {
  it('refuses the keys that COS cannot hold', async () => {
    for (const [key, code] of REFUSED_KEYS) {
      expect(await codeOf(harness().sink.write(writeOf(key, Buffer.from('x')), NEVER))).toBe(code);
      expect(await codeOf(harness().sink.begin(key, PLAIN, NEVER))).toBe(code);
    }
  });

  it('refuses a body that is not the one of its MD5, before it replaces anything', async () => {
    const bytes = seededBytes(1, 50_000);
    const contentMd5 = createHash('md5').update(bytes).digest('base64');
    await harness().sink.write(writeOf('refused/md5', bytes, { contentMd5 }), NEVER);
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(7) ^ 1, 7);
    for (const content of [contentOf(flipped), streamOf(flipped)]) {
      expect(
        await codeOf(harness().sink.write(writeOf('refused/md5', bytes, { content, contentMd5 }), NEVER)),
      ).toBe('corrupt');
    }
    expect((await harness().held('refused/md5'))?.bytes.equals(bytes)).toBe(true);
  });

  it('stores nothing of a body that is shorter or longer than it said', async () => {
    for (const [at, size] of [99_999, 100_001].entries()) {
      const key = `refused/size-${String(at)}`;
      const content = streamOf(seededBytes(2, 100_000), size);
      expect(await codeOf(harness().sink.write(writeOf(key, Buffer.alloc(0), { content }), NEVER))).toBe(
        'corrupt',
      );
      expect(await harness().held(key)).toBeUndefined();
    }
  });

  it('rejects with the error of a stream that breaks, and stores nothing of it', async () => {
    const broken = new StoreError('broken', { code: 'stale', operation: 'GetObject' });
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield* inChunks(seededBytes(3, 50_000));
      throw broken;
    }
    const content: Content = { kind: 'stream', size: 100_000, chunks: chunks(), destroy: () => undefined };
    await expect(
      harness().sink.write(writeOf('refused/broken', Buffer.alloc(0), { content }), NEVER),
    ).rejects.toBe(broken);
    expect(await harness().held('refused/broken')).toBeUndefined();
  });

  it('refuses to overwrite where that is forbidden, and the bucket never had versioning', async () => {
    const { sink, held } = harness();
    expect(await sink.versioning(NEVER)).toBe('never');
    await sink.write(writeOf('refused/exists', Buffer.from('first'), { forbidOverwrite: true }), NEVER);
    expect(
      await codeOf(
        sink.write(writeOf('refused/exists', Buffer.from('second'), { forbidOverwrite: true }), NEVER),
      ),
    ).toBe('exists');
    expect((await held('refused/exists'))?.bytes.toString()).toBe('first');
    for (const versioning of ['enabled', 'suspended'] as const) {
      const versioned = await harness().versioned(versioning);
      expect(await versioned.versioning(NEVER)).toBe(versioning);
      await versioned.write(writeOf('k', Buffer.from('first')), NEVER);
      await versioned.write(writeOf('k', Buffer.from('second!'), { forbidOverwrite: true }), NEVER);
      expect((await versioned.head('k', NEVER))?.version.size).toBe(7);
    }
  });

  it('rejects with the reason of a signal that has aborted', async () => {
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    const { sink } = harness();
    await expect(sink.list({ prefix: '', after: '', keysMax: 1 }, aborted)).rejects.toBe(reason);
    await expect(sink.head('a', aborted)).rejects.toBe(reason);
    await expect(sink.write(writeOf('aborted', Buffer.from('x')), aborted)).rejects.toBe(reason);
    await expect(sink.begin('aborted', PLAIN, aborted)).rejects.toBe(reason);
    await expect(sink.remove('a', aborted)).rejects.toBe(reason);
    await expect(sink.uploads('a', aborted)).rejects.toBe(reason);
    await expect(sink.versioning(aborted)).rejects.toBe(reason);
  });
}
