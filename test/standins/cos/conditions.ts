/** Conditional and ranged reads: which requests COS refuses, and which bytes it answers (436/7753). */
import { headerOf, ServiceError, type StandinRequest } from '../kernel/http.ts';
import type { StoredObject } from '../kernel/object.ts';
import { refusal } from './refusals.ts';

/** @throws ServiceError 412 PreconditionFailed, 304, or 400 InvalidArgument for a date that is none. */
export function checkConditions(request: StandinRequest, object: StoredObject): void {
  const match = headerOf(request, 'if-match');
  const noneMatch = headerOf(request, 'if-none-match');
  const modifiedMs = object.lastModified.getTime();
  const unmodifiedSinceMs = dateMs(request, 'if-unmodified-since');
  const modifiedSinceMs = dateMs(request, 'if-modified-since');
  const failed = match !== '' ? !matches(match, object.etag) : modifiedMs > (unmodifiedSinceMs ?? Infinity);
  if (failed) throw refusal('PreconditionFailed', 'At least one of the pre-conditions did not hold.');
  const unchanged =
    noneMatch !== '' ? matches(noneMatch, object.etag) : modifiedMs <= (modifiedSinceMs ?? -1);
  if (unchanged) {
    throw new ServiceError({ status: 304, code: 'NotModified', headers: { ETag: `"${object.etag}"` } });
  }
}

function matches(header: string, etag: string): boolean {
  return header
    .split(',')
    .map((candidate) => candidate.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((candidate) => candidate === '*' || candidate === etag);
}

function dateMs(request: StandinRequest, name: string): number | undefined {
  const text = headerOf(request, name);
  if (text === '') return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw refusal('InvalidArgument', `The ${name} header is not a date.`);
  return ms;
}

/**
 * The half-open range a request asks for; undefined: the whole object, also where the header is malformed.
 * @throws ServiceError 416 InvalidRange where no byte of the object lies in it.
 */
export function rangeOf(request: StandinRequest, size: number): { from: number; to: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headerOf(request, 'range').trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const from = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const to = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (from >= to) {
    throw refusal('InvalidRange', 'The requested range cannot be satisfied.', { ObjectSize: String(size) });
  }
  return { from, to };
}
