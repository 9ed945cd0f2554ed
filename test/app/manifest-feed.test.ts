import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linePosition, manifestFeed } from '../../lib/app/manifest-feed.ts';
import { UserError } from '../../lib/core/errors.ts';
import { inChunks } from '../support/bytes.ts';
import { inByteOrder, NASTY_KEYS } from '../support/nasty-keys.ts';
import { CALM } from '../support/workshop.ts';

interface Reading {
  readonly chunkBytes?: number;
  readonly pageEntries?: number;
  readonly after?: string;
}

async function pagesOf(
  bytes: Uint8Array,
  { chunkBytes = 10_000, pageEntries = 1_000, after = '' }: Reading = {},
) {
  const feed = manifestFeed(async () => inChunks(bytes, chunkBytes), 'cos://b-1250000000/m', pageEntries);
  const pages = [];
  for await (const page of feed.pages({ after, upTo: () => undefined }, CALM)) pages.push(page);
  return pages;
}

async function keysOf(bytes: Uint8Array, reading?: Reading): Promise<string[]> {
  const pages = await pagesOf(bytes, reading);
  return pages.flatMap(({ entries }) => entries.map(({ key }) => key));
}

const lines = (keys: readonly string[]) =>
  Buffer.from(keys.map((key) => JSON.stringify({ key }) + '\n').join(''));

describe('a source manifest', () => {
  it('is read the same in chunks of any size, gzip or not', async () => {
    const text = lines(NASTY_KEYS);
    const zipped = gzipSync(text);
    for (const chunkBytes of [1, 2, 3, 7, 100, 10_000]) {
      expect(await keysOf(text, { chunkBytes })).toEqual(inByteOrder(NASTY_KEYS));
      expect(await keysOf(zipped, { chunkBytes })).toEqual(inByteOrder(NASTY_KEYS));
    }
  });

  it('may lack its last newline, and may be empty', async () => {
    expect(await keysOf(Buffer.from('a\nb'))).toEqual(['a', 'b']);
    expect(await keysOf(Buffer.from('a'), { chunkBytes: 1 })).toEqual(['a']);
    expect(await pagesOf(Buffer.alloc(0))).toMatchObject([
      { entries: [], cursor: linePosition(0), last: true },
    ]);
    expect(await keysOf(gzipSync(''))).toEqual([]);
  });

  it('names each key once, however often it stands there', async () => {
    expect(await keysOf(Buffer.from('a\nb\n"a"\n{"key":"b"}\r\nc\na'))).toEqual(['a', 'b', 'c']);
  });

  it('resumed at the end of any page yields exactly what follows', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', '', '{bad', '\r'), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 4 }), async (texts, pageEntries) => {
        const bytes = Buffer.from(texts.join('\n'));
        const pages = await pagesOf(bytes, { pageEntries });
        for (const [i, { cursor }] of pages.entries()) {
          const rest = pages.slice(i + 1).flatMap(({ entries }) => entries);
          const resumed = await pagesOf(bytes, { pageEntries, after: cursor });
          expect(resumed.flatMap(({ entries }) => entries)).toEqual(rest);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('comes in pages in key order, each with the line it ends at', async () => {
    const pages = await pagesOf(Buffer.from('d\nc\n\nb\na\n'), { pageEntries: 2 });
    expect(
      pages.map(({ entries, cursor, last }) => [entries.map(({ key }) => key).join(''), cursor, last]),
    ).toEqual([
      ['cd', linePosition(2), false],
      ['ab', linePosition(5), false],
      ['', linePosition(5), true],
    ]);
  });

  it('that is cut or damaged is the user’s to mend, and told with its address', async () => {
    const zipped = gzipSync(lines(NASTY_KEYS));
    const flipped = Buffer.from(zipped);
    flipped.writeUInt8(flipped.readUInt8(40) ^ 0xff, 40);
    for (const bytes of [zipped.subarray(0, -10), zipped.subarray(0, 5), flipped]) {
      await expect(keysOf(bytes)).rejects.toThrow(UserError);
      await expect(keysOf(bytes)).rejects.toThrow('cos://b-1250000000/m is damaged');
    }
  });

  it('with a line that has no end takes no more memory than a few lines, and fails that line alone', async () => {
    const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.alloc(1_000_000, 'k'), Buffer.from('\nb\n')]);
    const [page] = await pagesOf(bytes, { chunkBytes: 65_536 });
    const found = page!.entries.map(({ key, problem }) => [key.length, problem]);
    expect(found).toEqual([
      [1, undefined],
      [1, undefined],
      [200, 'line 2 of the source manifest is longer than any key'],
    ]);
  });
});
