/** What passes between the HTTP server and a vendor's layer: a parsed request, an answer, a refusal. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Body } from './object.ts';

export interface StandinRequest {
  readonly method: string;
  /** As sent, port included. */
  readonly host: string;
  /** The path as sent, percent-encoded, without the query. */
  readonly rawPath: string;
  /** As sent, without `?`. */
  readonly rawQuery: string;
  readonly bucket: string;
  /** Decoded once; nothing else is normalised: `//`, `/../` and `+` stay. Empty for a request to the bucket. */
  readonly key: string;
  /** Decoded names and values; a name without `=` has the value ''. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; values are Latin-1 strings of the bytes sent: see `headerText`. */
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  readonly action: string;
  readonly body: AsyncIterable<Buffer>;
}

export interface Answer {
  readonly status: number;
  /** Values are Unicode; they are sent as UTF-8 bytes. */
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer | string | BodyRange | AsyncIterable<Buffer>;
}

export interface BodyRange {
  readonly source: Body;
  readonly from: number;
  readonly to: number;
}

/** A refusal, answered as an XML error body; `details` become further elements of it. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(refusal: {
    status: number;
    code: string;
    message?: string;
    details?: Readonly<Record<string, string>>;
    headers?: Readonly<Record<string, string>>;
  }) {
    super(refusal.message ?? refusal.code);
    this.status = refusal.status;
    this.code = refusal.code;
    this.details = refusal.details ?? {};
    this.headers = refusal.headers ?? {};
  }
}

export interface RequestTarget {
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
}

/** @throws ServiceError 400 InvalidURI where the percent-encoding is broken or not UTF-8. */
export function parseTarget(url: string): RequestTarget {
  const mark = url.indexOf('?');
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  return { rawPath, rawQuery, key: decode(rawPath.slice(1)), query: parseQuery(rawQuery) };
}

function parseQuery(rawQuery: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    query.set(decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' ')));
  }
  return query;
}

function decode(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    throw new ServiceError({ status: 400, code: 'InvalidURI', message: "Couldn't parse the specified URI." });
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes of a received header as Unicode; what is not UTF-8 stays Latin-1. */
export function headerText(received: string): string {
  if (/^[\x20-\x7e]*$/.test(received)) return received;
  try {
    return UTF8.decode(Buffer.from(received, 'latin1'));
  } catch {
    return received;
  }
}

/** Unicode as the Latin-1 string of its UTF-8 bytes, which is what node:http sends. */
export function headerBytes(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** One value of a header, '' when absent. */
export function headerOf(request: { readonly headers: IncomingHttpHeaders }, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

/** All headers with this prefix, without it, as Unicode: user metadata. */
export function headersUnder(
  request: { readonly headers: IncomingHttpHeaders },
  prefix: string,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = headerText(headerOf(request, name));
  }
  return found;
}
