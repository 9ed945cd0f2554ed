/** What a range yields: entries with their positions, page by page, from a listing or from a manifest. */
import { compareKeys, ownText } from '../core/keys.ts';
import { StoreError } from '../core/errors.ts';
import type { Entry } from '../core/object.ts';
import type { ObjectSource, SourcePage } from '../ports/object-source.ts';

export interface FeedPage {
  readonly entries: Entry[];
  /** Everything up to here has been looked at. */
  readonly cursor: string;
  /** Nothing of the range follows. */
  readonly last: boolean;
  /** Where an entry of this page, or of one before it, lies in the range's order: its key, or its line. A cursor. */
  positionOf(entry: Entry): string;
}

/** A stretch of a range: `after < position <= upTo`. */
export interface Stretch {
  readonly after: string;
  /** Asked for each page, as a split brings it nearer; never up to what was handed out already. */
  upTo(): string | undefined;
}

export interface Feed {
  pages(stretch: Stretch, signal: AbortSignal): AsyncIterable<FeedPage>;
}

/** Keys a page: the most that either store lists at a time. */
export const PAGE_KEYS = 1_000;

/** Lists a bucket; the next page is asked for while the last one is worked on. */
export function listingFeed(source: ObjectSource, prefix: string): Feed {
  return {
    async *pages(stretch, signal) {
      const list = (after: string) => source.list({ prefix, after, keysMax: PAGE_KEYS }, signal);
      const listing = new Listing(list, stretch);
      while (listing.ahead !== undefined) yield listing.take(await listing.ahead);
    },
  };
}

/** Has the page that was asked for, and none before it: a function that waits keeps hold of all it has had in hand. */
class Listing {
  ahead: Promise<SourcePage> | undefined;
  readonly #list: (after: string) => Promise<SourcePage>;
  readonly #stretch: Stretch;
  #cursor: string;

  constructor(list: (after: string) => Promise<SourcePage>, stretch: Stretch) {
    this.#list = list;
    this.#stretch = stretch;
    this.#cursor = stretch.after;
    this.ahead = list(stretch.after);
  }

  /** What came, as much of it as belongs to the stretch; asks for the next one. */
  take(page: SourcePage): FeedPage {
    requireOrder(page.entries, this.#cursor);
    const upTo = this.#stretch.upTo();
    const beyond =
      upTo === undefined ? -1 : page.entries.findIndex((entry) => compareKeys(entry.key, upTo) > 0);
    const entries = beyond < 0 ? page.entries : page.entries.slice(0, beyond);
    const next = nextOf(page, this.#cursor, upTo);
    const cursor = next ?? upTo ?? entries.at(-1)?.key ?? this.#cursor;
    this.#cursor = cursor;
    this.ahead = next === undefined ? undefined : this.#list(cursor);
    this.ahead?.catch(() => undefined); // awaited in the next turn, or dropped with the generator
    return { entries, cursor, last: next === undefined, positionOf: keyOf };
  }
}

function keyOf({ key }: Entry): string {
  return ownText(key);
}

/** Where the next page begins; undefined where nothing of the stretch follows. */
function nextOf(page: SourcePage, cursor: string, upTo: string | undefined): string | undefined {
  if (!page.truncated) return undefined;
  const { next } = page;
  if (next === undefined) throw disorder('a truncated page does not tell where the next one starts');
  if (compareKeys(next, cursor) <= 0) throw disorder(`the listing went back to ${JSON.stringify(next)}`);
  return upTo !== undefined && compareKeys(next, upTo) >= 0 ? undefined : next;
}

/** A listing out of order would lose keys without a trace, as every later page starts from the last key of the one before. */
function requireOrder(entries: readonly Entry[], after: string): void {
  let previous = after;
  for (const { key } of entries) {
    if (compareKeys(key, previous) <= 0)
      throw disorder(`${JSON.stringify(key)} is listed after ${JSON.stringify(previous)}`);
    previous = key;
  }
}

function disorder(what: string): StoreError {
  return new StoreError(`the source's listing is not in UTF-8 byte order: ${what}`, {
    code: 'invalid',
    operation: 'ListObjects',
  });
}
