/** What every `ObjectSink` must do, whatever is behind it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc64Of } from '../../lib/adapters/memory/body.ts';
import type { TargetAttributes } from '../../lib/core/object.ts';
import type { ObjectSink } from '../../lib/ports/object-sink.ts';
import { seededBytes } from '../support/bytes.ts';
import { inByteOrder, NASTY_KEYS } from '../support/nasty-keys.ts';
import { PLAIN, type SinkHarness, streamOf, writeOf } from './object-sink.harness.ts';
import { multipart } from './object-sink-multipart.suite.ts';
import { refusing } from './object-sink-refusals.suite.ts';
import { codeOf, NEVER } from './object-source.harness.ts';

export function describeObjectSink(name: string, open: () => Promise<SinkHarness>): void {
  describe(`${name} as an object sink`, () => {
    let harness: SinkHarness;
    beforeAll(async () => {
      harness = await open();
      for (const key of NASTY_KEYS) await harness.sink.write(writeOf(key, Buffer.from(key)), NEVER);
    });
    afterAll(() => harness.close());

    listing(() => harness.sink);
    writing(() => harness);
    carrying(() => harness);
    refusing(() => harness);
    multipart(() => harness);
  });
}

function listing(sink: () => ObjectSink): void {
  for (const keysMax of [1, 7, 1000]) {
    it(`lists every key once, in UTF-8 byte order, in pages of ${String(keysMax)}`, async () => {
      const keys: string[] = [];
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await sink().list({ prefix: '', after, keysMax }, NEVER);
        expect(page.truncated).toBe(page.next !== undefined);
        keys.push(...page.entries.map(({ key }) => key));
        after = page.next;
      }
      expect(keys.filter((key) => NASTY_KEYS.includes(key))).toEqual(inByteOrder(NASTY_KEYS));
    });
  }

  it('lists keys under a prefix, strictly after a key, with their sizes', async () => {
    for (const after of NASTY_KEYS) {
      for (const prefix of [after, [...after][0] ?? '']) {
        const page = await sink().list({ prefix, after, keysMax: 1000 }, NEVER);
        const isAfter = (key: string): boolean => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
        const expected = inByteOrder(NASTY_KEYS.filter((key) => key.startsWith(prefix) && isAfter(key)));
        const listed = page.entries.filter(({ key }) => NASTY_KEYS.includes(key));
        expect(listed.map(({ key }) => key)).toEqual(expected);
        expect(listed.map(({ version }) => version.size)).toEqual(
          expected.map((key) => Buffer.byteLength(key)),
        );
      }
    }
  });
}

function writing(harness: () => SinkHarness): void {
  it('holds each key as its own object, describes it, and forgets it when it is removed', async () => {
    const { sink, held } = harness();
    for (const key of NASTY_KEYS) {
      expect((await held(key))?.bytes.toString()).toBe(key);
      const found = await sink.head(key, NEVER);
      expect(found?.version).toMatchObject({
        size: Buffer.byteLength(key),
        crc64: await crc64Of(Buffer.from(key)),
      });
    }
    for (const key of NASTY_KEYS) {
      await sink.remove(key, NEVER);
      expect(await sink.head(key, NEVER)).toBeUndefined();
      await sink.write(writeOf(key, Buffer.from(key)), NEVER);
    }
    await sink.remove('written/never', NEVER);
  });

  it('answers the CRC-64/XZ of what it stored, from bytes and from a stream, of any size', async () => {
    for (const size of [0, 1, 9, 70_000, 2_000_001]) {
      const bytes = size === 9 ? Buffer.from('123456789') : seededBytes(size, size);
      const crc64 = size === 9 ? '11051210869376104954' : await crc64Of(bytes);
      const fromBytes = await harness().sink.write(writeOf('written/bytes', bytes), NEVER);
      const fromStream = await harness().sink.write(
        writeOf('written/stream', bytes, { content: streamOf(bytes) }),
        NEVER,
      );
      expect([fromBytes.crc64, fromStream.crc64]).toEqual([crc64, crc64]);
      expect((await harness().held('written/stream'))?.bytes.equals(bytes)).toBe(true);
    }
  });

  it('replaces an object with all it carried', async () => {
    const attributes = { ...PLAIN, metadata: { a: '1' }, tags: { b: '2' }, storageClass: 'STANDARD_IA' };
    await harness().sink.write(writeOf('written/twice', Buffer.from('first'), { attributes }), NEVER);
    await harness().sink.write(writeOf('written/twice', Buffer.from('second')), NEVER);
    expect(await harness().held('written/twice')).toMatchObject({ ...PLAIN, bytes: Buffer.from('second') });
    expect((await harness().sink.head('written/twice', NEVER))?.metadata).toEqual({});
  });
}

function carrying(harness: () => SinkHarness): void {
  it('keeps headers, metadata, tags and storage class byte for byte', async () => {
    const attributes: TargetAttributes = {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'max-age=1',
        'content-disposition': `attachment; filename="${Buffer.from('\u4e2d').toString('latin1')}.txt"`,
        'content-encoding': 'gzip',
        'content-language': 'zh-CN',
        expires: 'Thu, 01 Dec 2994 16:00:00 GMT',
      },
      metadata: {
        plain: 'a  b',
        'with-hyphen': '1',
        utf8: Buffer.from('\u4e2d\u6587 \u{1f600}').toString('latin1'),
      },
      tags: { 'a key': 'a value', 'x+y': '=-._:/@', '\u4e2d': '\u6587' },
      storageClass: 'STANDARD_IA',
    };
    await harness().sink.write(writeOf('carried', Buffer.from('x'), { attributes }), NEVER);
    expect(await harness().held('carried')).toMatchObject(attributes);
    expect((await harness().sink.head('carried', NEVER))?.metadata).toEqual(attributes.metadata);
  });

  it('invents no header that was not given', async () => {
    const attributes = { ...PLAIN, headers: {} };
    await harness().sink.write(writeOf('carried/page.html', Buffer.from('x'), { attributes }), NEVER);
    const { headers = {} } = (await harness().held('carried/page.html')) ?? {};
    expect(Object.entries(headers).filter(([, value]) => value !== 'application/octet-stream')).toEqual([]);
  });

  it('refuses metadata that COS cannot hold', async () => {
    const code = (metadata: Record<string, string>): Promise<string | undefined> =>
      codeOf(
        harness().sink.write(
          writeOf('carried/no', Buffer.from('x'), { attributes: { ...PLAIN, metadata } }),
          NEVER,
        ),
      );
    expect(await code({ a: 'v'.repeat(2048) })).toBe('metadata_too_large');
    expect(await code({ a_b: '1' })).toBe('metadata_illegal');
    expect(await code({ a: 'line\r\nx-injected: 1' })).toBe('metadata_illegal');
    expect(await code({ a: 'v'.repeat(1500) })).toBeUndefined();
  });

  it('refuses tags that COS cannot hold', async () => {
    const tags = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`tag${String(at)}`, 'x']));
    for (const illegal of [tags, { 'semi;colon': 'x' }]) {
      const attributes = { ...PLAIN, tags: illegal };
      expect(
        await codeOf(
          harness().sink.write(writeOf('carried/no-tags', Buffer.from('x'), { attributes }), NEVER),
        ),
      ).toBe('metadata_illegal');
    }
    expect(await harness().held('carried/no-tags')).toBeUndefined();
  });
}
