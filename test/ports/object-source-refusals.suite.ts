/** When every `ObjectSource` must refuse, and with what. */
import { expect, it } from 'vitest';
import { seededBytes } from '../support/bytes.ts';
import { codeOf, NEVER, type SourceHarness } from './object-source.harness.ts';

const BYTES = Buffer.from('123456789');

export function refusing(harness: () => SourceHarness): void {
  it('refuses as stale a version that is no longer there, and reads the one that is', async () => {
    await harness().put('refused/changing', { bytes: Buffer.from('before') });
    const { etag } = await harness().source.head('refused/changing', NEVER);
    expect(
      (await harness().source.read({ key: 'refused/changing', ifMatch: etag }, NEVER)).attributes.etag,
    ).toBe(etag);
    await harness().put('refused/changing', { bytes: Buffer.from('after') });
    expect(await codeOf(harness().source.read({ key: 'refused/changing', ifMatch: etag }, NEVER))).toBe(
      'stale',
    );
  });

  it('refuses as gone what was deleted', async () => {
    await harness().put('refused/gone', { bytes: BYTES });
    harness().delete('refused/gone');
    const { source } = harness();
    expect(await codeOf(source.read({ key: 'refused/gone' }, NEVER))).toBe('gone');
    expect(await codeOf(source.read({ key: 'refused/gone', ifMatch: 'ABC' }, NEVER))).toBe('gone');
    expect(await codeOf(source.head('refused/gone', NEVER))).toBe('gone');
    expect(await codeOf(source.tags('refused/gone', NEVER))).toBe('gone');
  });

  it('refuses as invalid a range of which the object has nothing, unless another version was asked for', async () => {
    const read = (key: string, ifMatch?: string) =>
      codeOf(harness().source.read({ key, ifMatch, range: { from: 0, to: 1 } }, NEVER));
    await harness().put('refused/emptied', { bytes: BYTES });
    const { etag } = await harness().source.head('refused/emptied', NEVER);
    await harness().put('refused/emptied', { bytes: Buffer.alloc(0) });
    expect(await read('refused/emptied')).toBe('invalid');
    expect(await read('refused/emptied', etag)).toBe('stale');
  });

  it('refuses to read what is archived, and still describes it', async () => {
    await harness().put('refused/archived', { bytes: BYTES, storageClass: 'Archive', archived: true });
    expect(await codeOf(harness().source.read({ key: 'refused/archived' }, NEVER))).toBe('archived');
    expect((await harness().source.head('refused/archived', NEVER)).storageClass).toBe('Archive');
  });

  it('rejects with the reason of a signal that has aborted', async () => {
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    const { source } = harness();
    await expect(source.list({ prefix: '', after: '', keysMax: 1 }, aborted)).rejects.toBe(reason);
    await expect(source.read({ key: 'plain.txt' }, aborted)).rejects.toBe(reason);
    await expect(source.head('plain.txt', aborted)).rejects.toBe(reason);
    await expect(source.tags('plain.txt', aborted)).rejects.toBe(reason);
  });

  it('ends a stream with the reason of its signal', async () => {
    await harness().put('refused/long', { bytes: seededBytes(5, 4_000_000) });
    const reason = new Error('enough');
    const controller = new AbortController();
    const { content } = await harness().source.read({ key: 'refused/long' }, controller.signal);
    const reading = (async () => {
      if (content.kind === 'bytes') return;
      for await (const _chunk of content.chunks) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });
}
