/** A source manifest as a feed: its lines, read as a stream, in pages. The position of an entry is its line number. */
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MiB } from '../core/bytes.ts';
import { UserError } from '../core/errors.ts';
import { compareKeys } from '../core/keys.ts';
import { MANIFEST_LINE_BYTES_MAX, parseSourceLine } from '../core/manifest.ts';
import type { Entry } from '../core/object.ts';
import { SEGMENT_LIMITS } from '../core/segments.ts';
import type { Feed, FeedPage } from './feed.ts';

/** Doubled lines are noticed within so many keys, of so many characters; farther apart a key is copied twice, which changes nothing. */
const DOUBLES_MAX = { keys: 200_000, chars: 16 * MiB } as const;
/** Lines of a page, beside the number of its entries: a line may be much longer than a key, and fails by itself then. */
const PAGE_BYTES_MAX = 2 * MiB;
const LINE_DIGITS = 12;

export function linePosition(lineNumber: number): string {
  return String(lineNumber).padStart(LINE_DIGITS, '0');
}

/** `open` starts reading the object from its beginning; a stream cannot be entered in the middle, so earlier lines are read over. */
export function manifestFeed(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>,
  where: string,
  pageEntries: number = SEGMENT_LIMITS.entriesMax,
): Feed {
  return {
    async *pages({ after }, signal) {
      const seen = new SeenKeys();
      let pageBytes = 0;
      let page: Entry[] = [];
      let lineNumber = 0;
      for await (const line of linesOf(await open(signal), where)) {
        lineNumber++;
        const entry = parseSourceLine(line, lineNumber);
        if (entry === undefined || seen.has(entry) || linePosition(lineNumber) <= after) continue;
        page.push(entry);
        pageBytes += line.length;
        if (page.length < pageEntries && pageBytes < PAGE_BYTES_MAX) continue;
        yield feedPage(page, linePosition(lineNumber), false);
        page = [];
        pageBytes = 0;
      }
      yield feedPage(page, linePosition(lineNumber), true);
    },
  };
}

class SeenKeys {
  private readonly keys = new Set<string>();
  private chars = 0;

  /** Whether the key was there before; from now on it is. */
  has({ key, problem }: Entry): boolean {
    if (problem !== undefined) return false;
    if (this.keys.has(key)) return true;
    if (this.keys.size >= DOUBLES_MAX.keys || this.chars >= DOUBLES_MAX.chars) {
      this.keys.clear();
      this.chars = 0;
    }
    this.keys.add(key);
    this.chars += key.length;
    return false;
  }
}

/** One page is one segment. Its entries are in key order, so that the target's listing can be joined to them. */
function feedPage(entries: Entry[], cursor: string, last: boolean): FeedPage {
  entries.sort((a, b) => compareKeys(a.key, b.key));
  return { entries, cursor, last, positionOf: () => cursor };
}

/** Lines as bytes, without their newline; gzip is told by its first two bytes. A longer line than any key comes cut, so that it fails by itself. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>, where: string): AsyncIterable<Uint8Array> {
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of await plain(chunks)) {
      rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a, start)) {
        yield rest.subarray(start, end);
        start = end + 1;
      }
      rest = rest.subarray(start);
      if (rest.length > MANIFEST_LINE_BYTES_MAX * 2) rest = rest.subarray(0, MANIFEST_LINE_BYTES_MAX + 1);
    }
  } catch (error) {
    if (isZlibError(error)) throw new UserError(`${where} is damaged: ${error.message}`);
    throw error;
  }
  if (rest.length > 0) yield rest;
}

async function plain(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* again(): AsyncIterable<Uint8Array> {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) return again();
  return pipeline(again(), createGunzip(), () => undefined);
}

function isZlibError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
  );
}
