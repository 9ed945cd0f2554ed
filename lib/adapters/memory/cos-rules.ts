/** What COS refuses, for the sink in memory (documents 436/7749, 436/7742, 436/42998). */
import type { StoreErrorCode } from '../../core/errors.ts';
import { cosKeyProblem } from '../../core/keys.ts';
import { COS_PARTS } from '../../core/parts.ts';
import type { TargetAttributes } from '../../core/object.ts';
import type { Part } from '../../ports/object-sink.ts';
import type { Content } from '../../ports/object-source.ts';
import type { MemoryBody } from './body.ts';

const META = 'x-cos-meta-';
const METADATA_BYTES_MAX = 2 * 1024;
const TAGS_MAX = 10;
const TAG_TEXT = /^[\p{L}\p{M}\p{N} +\-=._:/@]+$/u;

export function refusedKey(key: string): StoreErrorCode | undefined {
  const problem = cosKeyProblem(key);
  if (problem === undefined) return undefined;
  return problem.code === 'KEY_TOO_LONG' ? 'key_too_long' : 'key_illegal';
}

export function refusedAttributes({ metadata, tags }: TargetAttributes): StoreErrorCode | undefined {
  const names = Object.entries(metadata);
  const isLegal = ([name, value]: [string, string]): boolean =>
    /^[a-z0-9-]+$/.test(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
  if (!names.every(isLegal)) return 'metadata_illegal';
  const bytes = names.reduce((sum, [name, value]) => sum + META.length + name.length + value.length, 0);
  if (bytes > METADATA_BYTES_MAX) return 'metadata_too_large';
  const tagTexts = Object.entries(tags);
  const takesTags = tagTexts.every(([key, value]) => TAG_TEXT.test(key) && TAG_TEXT.test(value));
  return tagTexts.length > TAGS_MAX || !takesTags ? 'metadata_illegal' : undefined;
}

/** Of one PUT or one part. */
export function refusedSize(content: Content): StoreErrorCode | undefined {
  const bytes = content.kind === 'bytes' ? content.bytes.length : content.size;
  return bytes > COS_PARTS.partBytesMax ? 'too_large' : undefined;
}

export function isPartNumber(partNumber: number): boolean {
  return Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= COS_PARTS.partCountMax;
}

export interface StoredPart {
  readonly etag: string;
  readonly body: MemoryBody;
}

/** The parts that a Complete names, which are numbered from 1 without gap; undefined where COS would refuse it. */
export function chosenParts(
  stored: ReadonlyMap<number, StoredPart>,
  named: readonly Part[],
  partBytesMin: number = COS_PARTS.partBytesMin,
): readonly StoredPart[] | undefined {
  const chosen: StoredPart[] = [];
  for (const { partNumber, etag } of named) {
    const part = stored.get(partNumber);
    if (part?.etag !== etag || partNumber !== chosen.length + 1) return undefined;
    chosen.push(part);
  }
  const isTooSmall = chosen.slice(0, -1).some(({ body }) => body.size < partBytesMin);
  return chosen.length === 0 || isTooSmall ? undefined : chosen;
}
