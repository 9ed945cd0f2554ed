/** The answer to a listing: one body, read into memory that is used again, for it is parsed as soon as it has come. */
import { KiB, MiB } from '../../core/bytes.ts';
import { bodyOf, type CallSubject, parsed } from './store-call.ts';
import type { HttpRequest, HttpResponse } from './types.ts';

/** 1,000 keys of 1,023 bytes, each byte written as three, and what stands around them. */
const PAGE_BYTES_MAX = 8 * MiB;
/** Usual keys make pages of 200 to 400 KiB. */
const PIECE_BYTES = 512 * KiB;
/** As many answers as arrive at the same time. */
const FREE_MAX = 16;

const free: ArrayBuffer[] = [];

/** Uninitialised, and nobody else's until it is given back. */
function takeMemory(bytes: number): Buffer {
  if (bytes > PIECE_BYTES) return Buffer.allocUnsafeSlow(bytes);
  return Buffer.from(free.pop() ?? new ArrayBuffer(PIECE_BYTES), 0, bytes);
}

/** Nobody may read it any more. What came otherwise is left alone. */
function giveMemory({ buffer, byteLength }: Buffer): void {
  const isOurs =
    buffer instanceof ArrayBuffer && buffer.byteLength === PIECE_BYTES && byteLength <= PIECE_BYTES;
  if (isOurs && free.length < FREE_MAX) free.push(buffer);
}

/** What a listing is asked with. */
export const PAGE_BODY = {
  bufferBytesMax: PAGE_BYTES_MAX,
  allocate: takeMemory,
} satisfies Partial<HttpRequest>;

/** What `parse` makes of the page; it must not hold on to the body. An `XmlError` is the store's failure. */
export async function parsedPage<T>(
  response: HttpResponse,
  subject: CallSubject,
  parse: (body: Buffer) => T,
  signal: AbortSignal,
): Promise<T> {
  const body = await bodyOf(response, subject, { bytesMax: PAGE_BYTES_MAX, signal });
  try {
    return parsed(subject, () => parse(body));
  } finally {
    giveMemory(body);
  }
}
