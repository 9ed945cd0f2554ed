/** Conditional and range requests, as documented under GetObject and "Range requests". */
import { headerOf, ServiceError, type StandinRequest } from '../kernel/http.ts';
import * as refusals from './refusals.ts';

/** What a response says about the version it is about. */
export interface Version {
  readonly etag: string;
  readonly lastModified: Date;
}

/** @throws ServiceError 412 PreconditionFailed, or 304 without a body. */
export function checkConditions(request: StandinRequest, { etag, lastModified }: Version): void {
  const modifiedMs = lastModified.getTime();
  const ifMatch = headerOf(request, 'if-match');
  if (ifMatch !== '' && !names(ifMatch, etag)) throw refusals.preconditionFailed({ Condition: 'If-Match' });
  const unmodifiedSinceMs = Date.parse(headerOf(request, 'if-unmodified-since'));
  if (modifiedMs > unmodifiedSinceMs) throw refusals.preconditionFailed({ Condition: 'If-Unmodified-Since' });
  const ifNoneMatch = headerOf(request, 'if-none-match');
  const modifiedSinceMs = Date.parse(headerOf(request, 'if-modified-since'));
  const unchanged = ifNoneMatch === '' ? modifiedMs <= modifiedSinceMs : names(ifNoneMatch, etag);
  if (!unchanged) return;
  const headers = { ETag: `"${etag}"`, 'Last-Modified': lastModified.toUTCString() };
  throw new ServiceError({ status: 304, code: 'NotModified', headers });
}

function names(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replaceAll('"', '').toUpperCase() === etag.toUpperCase());
}

/** Half-open. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * undefined: the whole object. A range that is malformed or reaches outside the object is ignored, unless
 * `x-oss-range-behavior: standard` asks for 416 and for cutting off the end. Of several ranges the first counts.
 * @throws ServiceError 416 InvalidRange
 */
export function rangeOf(request: StandinRequest, size: number): ByteRange | undefined {
  const header = headerOf(request, 'range');
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)(?:,.*)?$/.exec(header) ?? [];
  if (first === '' && last === '') return undefined;
  const suffix = first === '';
  const from = suffix ? size - Number(last) : Number(first);
  const to = suffix || last === '' ? size : Number(last) + 1;
  if (from >= 0 && from < to && to <= size) return { from, to };
  if (headerOf(request, 'x-oss-range-behavior') !== 'standard' || (!suffix && last !== '' && from >= to))
    return undefined;
  if (from >= size) throw refusals.invalidRange({ ActualObjectSize: String(size), RangeHeader: header });
  return { from: Math.max(0, from), to: Math.min(to, size) };
}
