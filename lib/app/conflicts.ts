/** What the target has of a segment's keys: learned by listing the same stretch of keys there, never by a request an object. */
import { PROVENANCE } from '../core/attributes.ts';
import { type ConflictDecision, decideConflict, isUnchanged } from '../core/conflict.ts';
import { compareKeys, cosKeyProblem, justBefore, targetKeyOf } from '../core/keys.ts';
import type { Entry, ObjectVersion } from '../core/object.ts';
import type { ObjectSink } from '../ports/object-sink.ts';
import type { CopyContext } from './copy-context.ts';
import { PAGE_KEYS } from './feed.ts';

export type TargetView = (entry: Entry) => ConflictDecision;

/** `entries` in byte order of their keys. An error while listing is thrown: it never means "nothing there". */
export async function viewTarget(
  context: CopyContext,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<TargetView> {
  const rule = context.task.conflict;
  if (rule === 'overwrite') return () => 'copy';
  // Lines that could not be read have no place in the order of keys, and are not copied.
  const keys = entries
    .filter(({ problem }) => problem === undefined)
    .map((entry) => targetKeyOf(entry.key, context.mapping))
    .filter((key) => cosKeyProblem(key) === undefined);
  const versions = await joinListing(context.sink, keys, context.task.target.prefix, signal);
  return (entry) =>
    decideConflict(rule, versionOf(entry), versions.get(targetKeyOf(entry.key, context.mapping)));
}

function versionOf(entry: Entry): ObjectVersion {
  return {
    size: entry.size,
    lastModifiedMs: entry.lastModified === undefined ? undefined : Date.parse(entry.lastModified),
  };
}

/**
 * The target's versions of `keys` (in byte order). Walks both sorted sequences side by side; where the target holds
 * a whole page of other keys, the next page starts just before the next key looked for.
 */
async function joinListing(
  sink: ObjectSink,
  keys: readonly string[],
  prefix: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ObjectVersion>> {
  const found = new Map<string, ObjectVersion>();
  let at = 0;
  let after = '';
  for (let key = keys[at]; key !== undefined; key = keys[at]) {
    const start = justBefore(key);
    if (compareKeys(start, after) > 0) after = start;
    const page = await sink.list({ prefix, after, keysMax: PAGE_KEYS }, signal);
    for (const { key: there, version } of page.entries) {
      at = advanceTo(keys, at, there);
      if (keys[at] === there) found.set(there, version);
    }
    if (!page.truncated || page.next === undefined) break;
    after = page.next;
    // Keys up to where the page ended are looked up; those it did not show are not there.
    while (at < keys.length && compareKeys(keys[at] ?? '', after) <= 0) at++;
  }
  return found;
}

/** The first index from `at` whose key is not before `key`. */
function advanceTo(keys: readonly string[], at: number, key: string): number {
  let index = at;
  while (index < keys.length && compareKeys(keys[index] ?? '', key) < 0) index++;
  return index;
}

/** The `changed` rule for a pair of equal size: both HEADs, or the target's alone where it tells what it was copied from. */
export async function isUnchangedTarget(
  context: CopyContext,
  entry: Entry,
  key: string,
  signal: AbortSignal,
): Promise<boolean> {
  const target = await context.sink.head(key, signal);
  if (target === undefined) return false;
  const { metadata, version } = target;
  const statedCrc = metadata[PROVENANCE.crc64];
  if (entry.etag !== undefined && metadata[PROVENANCE.etag] === entry.etag && statedCrc !== undefined) {
    return statedCrc === version.crc64;
  }
  const source = await context.source.head(entry.key, signal);
  return isUnchanged({ size: source.size, lastModifiedMs: undefined, crc64: source.crc64 }, version);
}
