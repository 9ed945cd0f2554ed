/** The request headers that carry what an object has beside its bytes (document 436/7749). */
import { StoreError } from '../../core/errors.ts';
import { cosKeyProblem, encodeStrictly } from '../../core/keys.ts';
import type { TargetAttributes } from '../../core/object.ts';
import { type CallSubject, storeError } from '../http/store-call.ts';

export const META = 'x-cos-meta-';
const METADATA_NAME = /^[a-z0-9-]+$/;
const VALUE_ILLEGAL = /[^\t\x20-\x7e\x80-\xff]/;

/** Name, value, name, value … Throws `StoreError` metadata_illegal on what a header cannot hold. */
export function attributeHeaders(attributes: TargetAttributes, subject: CallSubject): string[] {
  const lines: string[] = [];
  const { headers, metadata, tags, storageClass } = attributes;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (VALUE_ILLEGAL.test(value)) throw illegal(subject, name);
    lines.push(name, value);
  }
  for (const name in metadata) {
    const value = metadata[name] ?? '';
    if (!METADATA_NAME.test(name) || VALUE_ILLEGAL.test(value)) throw illegal(subject, name);
    lines.push(META + name, value);
  }
  const tagging = taggingHeader(tags, subject);
  if (tagging !== '') lines.push('x-cos-tagging', tagging);
  // The default of a multi-AZ bucket is a class of its own: it is not named.
  if (storageClass !== 'STANDARD') lines.push('x-cos-storage-class', storageClass);
  return lines;
}

function illegal(subject: CallSubject, name: string): StoreError {
  return storeError('metadata_illegal', subject, `no header can hold the value of ${JSON.stringify(name)}`);
}

function taggingHeader(tags: Readonly<Record<string, string>>, subject: CallSubject): string {
  let header = '';
  for (const key in tags) {
    if (!key.isWellFormed() || tags[key]?.isWellFormed() === false) throw illegal(subject, key);
    header += `${header === '' ? '' : '&'}${encodeStrictly(key)}=${encodeStrictly(tags[key] ?? '')}`;
  }
  return header;
}

/** Throws `StoreError` on a key that COS refuses, or takes for another one. */
export function checkKey(key: string, subject: CallSubject): void {
  const problem = cosKeyProblem(key);
  if (problem === undefined) return;
  const code = problem.code === 'KEY_TOO_LONG' ? 'key_too_long' : 'key_illegal';
  throw storeError(code, subject, problem.message);
}

/** COS says `KeyTooLong` of custom headers too: where the key is not, they are. */
export function ofMetadata(error: unknown): unknown {
  if (!(error instanceof StoreError) || error.vendorCode !== 'KeyTooLong') return error;
  const { operation, vendorCode, status, requestId } = error;
  const details = { code: 'metadata_too_large', operation, vendorCode, status, requestId } as const;
  return new StoreError(`${error.message}: the user metadata is too large`, details, { cause: error });
}
