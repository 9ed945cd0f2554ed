import { describe, expect, it } from 'vitest';
import { type FeedPage, listingFeed } from '../../lib/app/feed.ts';
import { MemoryBucket } from '../../lib/adapters/memory/bucket.ts';
import { MemoryObjectSource } from '../../lib/adapters/memory/object-source.ts';
import { StoreError } from '../../lib/core/errors.ts';
import type { ObjectSource, SourcePage } from '../../lib/ports/object-source.ts';
import { inByteOrder, NASTY_KEYS } from '../support/nasty-keys.ts';
import { CALM } from '../support/workshop.ts';

/** A source that answers these pages, whatever it is asked. */
function scripted(...pages: readonly SourcePage[]): ObjectSource {
  const rest = [...pages];
  return Object.assign(new MemoryObjectSource(new MemoryBucket()), {
    list: async () => rest.shift() ?? { entries: [], truncated: false, next: undefined },
  });
}

const page = (keys: readonly string[], next?: string): SourcePage => ({
  entries: keys.map((key) => ({ key })),
  truncated: next !== undefined,
  next,
});

async function read(source: ObjectSource, after = '', upTo?: string): Promise<FeedPage[]> {
  const pages: FeedPage[] = [];
  for await (const found of listingFeed(source, '').pages({ after, upTo: () => upTo }, CALM))
    pages.push(found);
  return pages;
}

const keysOf = (pages: readonly FeedPage[]) => pages.flatMap(({ entries }) => entries.map(({ key }) => key));

describe('a listing', () => {
  it('yields every key between its bounds once, in byte order', async () => {
    const bucket = new MemoryBucket();
    for (const key of NASTY_KEYS) bucket.put(key, { bytes: Buffer.from('x') });
    const keys = inByteOrder(NASTY_KEYS);
    const source = new MemoryObjectSource(bucket);
    expect(keysOf(await read(source))).toEqual(keys);
    expect(keysOf(await read(source, keys[3], keys[9]))).toEqual(keys.slice(4, 10));
  });

  it('ends where its range does, with the cursor at that end', async () => {
    const pages = await read(scripted(page(['a', 'b'], 'b'), page(['c', 'd'], 'd')), '', 'c');
    expect(pages.map(({ cursor, last }) => [cursor, last])).toEqual([
      ['b', false],
      ['c', true],
    ]);
    expect(keysOf(pages)).toEqual(['a', 'b', 'c']);
  });

  it('goes on behind pages that are empty and truncated', async () => {
    const pages = await read(scripted(page([], 'm'), page([], 'n'), page(['o'])));
    expect(pages.map(({ cursor, last }) => [cursor, last])).toEqual([
      ['m', false],
      ['n', false],
      ['o', true],
    ]);
  });

  it('is refused where it is out of order, doubled, goes back, or says not where it goes on', async () => {
    const astray = { entries: [{ key: 'a' }], truncated: true, next: undefined };
    for (const source of [
      scripted(page(['b', 'a'])),
      scripted(page(['a', 'a'])),
      scripted(page(['\u{1f600}', '\ue000'])),
      scripted(page(['a', 'b'], 'b'), page(['b', 'c'])),
      scripted(page(['m'], 'm'), page([], 'm')),
      scripted(page(['m'], 'm'), page([], 'a')),
      scripted(astray),
    ]) {
      const refused = await read(source).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StoreError);
      expect((refused as StoreError).retryable).toBe(false);
    }
  });
});
