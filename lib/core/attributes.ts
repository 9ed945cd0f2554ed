/** What the target object is to carry: the source's headers, user metadata, tags and storage class, as COS can hold them. */
import { ObjectFailure } from './failures.ts';
import type { SourceAttributes, TargetAttributes } from './object.ts';
import { META_PREFIX, type Task } from './task.ts';

/** COS metadata names: lower-case letters, digits and hyphens (document 436/7749). OSS also takes `_` and more. */
const METADATA_NAME = /^[a-z0-9-]+$/;

/** User metadata that `headers.provenance` adds. */
export const PROVENANCE = {
  etag: 'oss-etag',
  crc64: 'oss-crc64',
  lastModified: 'oss-last-modified',
} as const;

/** OSS storage class → the COS class with the same access and minimum-storage promise. */
const STORAGE_CLASSES: Readonly<Record<string, string>> = {
  Standard: 'STANDARD',
  IA: 'STANDARD_IA',
  Archive: 'ARCHIVE',
  ColdArchive: 'DEEP_ARCHIVE',
  DeepColdArchive: 'DEEP_ARCHIVE',
};

export function targetStorageClass(
  rule: Task['target']['storageClass'],
  sourceClass: string | undefined,
): string {
  if (rule !== 'keep') return rule;
  return STORAGE_CLASSES[sourceClass ?? 'Standard'] ?? 'STANDARD';
}

/** Throws `ObjectFailure` METADATA_ILLEGAL where COS cannot hold a name and the task says to fail then. */
export function targetAttributes(
  task: Pick<Task, 'headers' | 'target'>,
  source: SourceAttributes,
  tags: Readonly<Record<string, string>>,
): TargetAttributes {
  const storageClass = targetStorageClass(task.target.storageClass, source.storageClass);
  const kept = keptAttributes(task.headers, source, tags);
  const metadata = task.headers.provenance ? { ...kept.metadata, ...provenance(source) } : kept.metadata;
  return { ...kept, metadata, storageClass };
}

type Kept = Pick<TargetAttributes, 'headers' | 'metadata' | 'tags'>;

function keptAttributes(
  rule: Task['headers'],
  source: SourceAttributes,
  tags: Readonly<Record<string, string>>,
): Kept {
  switch (rule.mode) {
    case 'keep':
      return {
        headers: source.headers,
        metadata: legalMetadata(source.metadata, rule.onIllegal),
        tags: legalTags(tags, rule.onIllegal),
      };
    case 'drop':
      return { headers: {}, metadata: {}, tags: {} };
    case 'replace':
      return { ...splitHeaders(rule.set ?? {}), tags: {} };
  }
}

function splitHeaders(set: Readonly<Record<string, string>>): Pick<Kept, 'headers' | 'metadata'> {
  const headers: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  for (const [name, text] of Object.entries(set)) {
    const lower = name.toLowerCase();
    const value = Buffer.from(text, 'utf8').toString('latin1'); // header bytes, as the stores answer theirs
    if (lower.startsWith(META_PREFIX)) metadata[lower.slice(META_PREFIX.length)] = value;
    else headers[lower] = value;
  }
  return { headers, metadata };
}

function legalMetadata(
  metadata: Readonly<Record<string, string>>,
  onIllegal: Task['headers']['onIllegal'],
): Readonly<Record<string, string>> {
  const names = Object.keys(metadata);
  const illegal = names.filter((name) => !METADATA_NAME.test(name));
  if (illegal.length === 0) return metadata;
  switch (onIllegal) {
    case 'fail':
      throw new ObjectFailure(
        'METADATA_ILLEGAL',
        `COS cannot hold metadata named ${illegal.map((name) => JSON.stringify(name)).join(', ')}`,
      );
    case 'drop':
      return Object.fromEntries(Object.entries(metadata).filter(([name]) => METADATA_NAME.test(name)));
    case 'rename':
      return renamed(metadata);
  }
}

function renamed(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const result = new Map<string, string>();
  for (const [name, value] of Object.entries(metadata)) {
    const legal = name.replace(/[^a-z0-9-]/g, '-');
    if (result.has(legal))
      throw new ObjectFailure(
        'METADATA_ILLEGAL',
        `two metadata names would both become ${JSON.stringify(legal)}`,
      );
    result.set(legal, value);
  }
  return Object.fromEntries(result);
}

/** COS: 1-127 characters of a key, 1-255 of a value (document 436/42998); OSS: 128, and 0-256. There is nothing to rename an empty value to. */
function isLegalTag([key, value]: readonly [string, string]): boolean {
  return key.length <= 127 && value.length >= 1 && value.length <= 255;
}

function legalTags(
  tags: Readonly<Record<string, string>>,
  onIllegal: Task['headers']['onIllegal'],
): Readonly<Record<string, string>> {
  const illegal = Object.entries(tags).find((tag) => !isLegalTag(tag));
  if (illegal === undefined) return tags;
  if (onIllegal === 'fail')
    throw new ObjectFailure(
      'METADATA_ILLEGAL',
      `COS cannot hold the tag ${JSON.stringify(illegal[0])} with a value of ${String(illegal[1].length)} characters`,
    );
  return Object.fromEntries(Object.entries(tags).filter(isLegalTag));
}

function provenance(source: SourceAttributes): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = { [PROVENANCE.etag]: source.etag };
  if (source.crc64 !== undefined) metadata[PROVENANCE.crc64] = source.crc64;
  if (source.lastModified !== undefined) metadata[PROVENANCE.lastModified] = source.lastModified;
  return metadata;
}

/** The MD5 to send along with one PUT, in base64: as the source states it, or the ETag of a plain `Normal` object, which is its MD5. */
export function knownMd5(source: SourceAttributes): string | undefined {
  if (source.contentMd5 !== undefined) return source.contentMd5;
  const isMd5 = source.type === 'Normal' && !source.encrypted && /^[0-9A-Fa-f]{32}$/.test(source.etag);
  return isMd5 ? Buffer.from(source.etag, 'hex').toString('base64') : undefined;
}
