/** What may become of one entry, worked out from the buckets and the task, apart from the code that did the work. */
import type { MemoryObject } from '../../lib/adapters/memory/bucket.ts';
import type { SunkObject } from '../../lib/adapters/memory/object-sink.ts';
import type { FailureCode } from '../../lib/core/failures.ts';
import { cosKeyProblem } from '../../lib/core/keys.ts';
import type { Entry } from '../../lib/core/object.ts';
import type { Task } from '../../lib/core/task.ts';
import type { Buckets } from './buckets.ts';

/** Faults may end any object so. */
const BY_WEATHER: readonly FailureCode[] = ['NETWORK', 'TIMEOUT', 'THROTTLED', 'CHECKSUM_MISMATCH'];
const CLASSES: Readonly<Record<string, string>> = {
  Standard: 'STANDARD',
  IA: 'STANDARD_IA',
  ColdArchive: 'DEEP_ARCHIVE',
};
const METADATA_NAME = /^[a-z0-9-]+$/;

export interface Doings {
  readonly stormed: boolean;
  readonly cancelled: boolean;
  /** Before the run. */
  readonly targetBefore: ReadonlyMap<string, SunkObject>;
}

/** The versions that this entry may have been copied from. */
export function versionsOf(buckets: Buckets, entry: Entry): readonly MemoryObject[] {
  const versions = buckets.versions.get(entry.key) ?? [];
  const isPinned = entry.etag !== undefined && entry.type !== 'Symlink';
  return isPinned ? versions.filter(({ etag }) => etag === entry.etag) : versions;
}

/** The failure that this entry has to end with whatever the weather, if it gets as far as that. */
export function sureFailure(
  task: Task,
  buckets: Buckets,
  entry: Entry,
  object: MemoryObject | undefined,
): FailureCode | undefined {
  const key = buckets.targetKeyOf(entry.key);
  const problem = cosKeyProblem(key);
  if (problem !== undefined) return problem.code;
  if (key.startsWith(task.state.prefix)) return 'KEY_ILLEGAL';
  if (object === undefined) return 'SOURCE_GONE';
  if (object.archived) return 'ARCHIVED';
  const isIllegal = Object.keys(object.metadata).some((name) => !METADATA_NAME.test(name));
  return isIllegal && task.headers.onIllegal === 'fail' ? 'METADATA_ILLEGAL' : undefined;
}

/** Failures that are legal for this entry. */
export function legalFailures(
  task: Task,
  buckets: Buckets,
  entry: Entry,
  doings: Doings,
): ReadonlySet<FailureCode> {
  const legal = new Set<FailureCode>(doings.stormed ? BY_WEATHER : []);
  if (doings.cancelled) legal.add('CANCELLED');
  const versions = buckets.versions.get(entry.key) ?? [];
  if (versions.length > 1 || buckets.deleted.has(entry.key)) legal.add('SOURCE_CHANGED');
  if (buckets.deleted.has(entry.key)) legal.add('SOURCE_GONE');
  for (const version of versions) {
    const sure = sureFailure(task, buckets, entry, version);
    if (sure !== undefined) legal.add(sure);
  }
  return legal;
}

/** Whether the rule says to leave this target object as it is. `before`: as it was when the run began. */
export function keepsTarget(task: Task, entry: Entry, source: MemoryObject, before: SunkObject): boolean {
  switch (task.conflict) {
    case 'overwrite':
      return false;
    case 'skip':
      return true;
    case 'newer':
      return entry.lastModified !== undefined && Date.parse(entry.lastModified) < before.lastModifiedMs;
    case 'changed':
      return !source.withoutCrc64 && source.bytes.equals(before.bytes);
  }
}

/** Differences between a version and the object in the target, in words; empty for a perfect copy. */
export function differences(
  task: Task,
  source: MemoryObject,
  target: SunkObject,
  tags: readonly MemoryObject[],
): string[] {
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(source.metadata)) {
    if (METADATA_NAME.test(name)) metadata.set(name, value);
    else if (task.headers.onIllegal === 'rename') metadata.set(name.replaceAll('_', '-'), value);
  }
  if (task.headers.provenance) {
    metadata.set('oss-etag', source.etag);
    metadata.set('oss-last-modified', source.lastModified);
    if (!source.withoutCrc64) metadata.set('oss-crc64', target.crc64);
  }
  const { storageClass: wanted } = task.target;
  const storageClass = wanted === 'keep' ? CLASSES[source.storageClass] : wanted;
  return [
    ...(source.bytes.equals(target.bytes) ? [] : ['bytes']),
    ...(sameTexts(source.headers, target.headers) ? [] : ['headers']),
    ...(sameTexts(Object.fromEntries(metadata), target.metadata) ? [] : ['metadata']),
    ...(storageClass === target.storageClass ? [] : ['storage class']),
    // Tags are asked for apart from the object, and may be those of the next version already.
    ...(tags.some((version) => sameTexts(version.tags, target.tags)) ? [] : ['tags']),
  ];
}

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const text = (record: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(record).sort());
  return text(a) === text(b);
}
