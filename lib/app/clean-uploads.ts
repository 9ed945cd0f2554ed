/** Frees what unfinished uploads of large objects hold. What this misses, a lifecycle rule of the bucket removes. */
import { isRetryable, UserError } from '../core/errors.ts';
import { type KeyMapping, targetKeyOf } from '../core/keys.ts';
import type { Entry } from '../core/object.ts';
import { MULTIPART_ABOVE_BYTES } from '../core/parts.ts';
import type { UploadPlace } from '../core/spread.ts';
import type { Log } from '../ports/log.ts';
import type { ObjectSink } from '../ports/object-sink.ts';
import type { UploadState } from './upload-state.ts';

/** Clocks further apart than this cannot sign requests either. */
const CLOCKS_APART_MS_MAX = 15 * 60_000;

export interface Cleaning {
  readonly sink: ObjectSink;
  readonly uploads: UploadState;
  readonly log: Log;
  /** The object's key in the target. */
  readonly key: string;
  /** Of its uploads. */
  readonly places: readonly UploadPlace[];
}

/** Whether there may be places of uploads: objects are large, or nobody knows their size. */
export function mayHaveUploads(
  entries: readonly Entry[],
  { aboveBytes }: { readonly aboveBytes: number },
): boolean {
  const least = Math.min(aboveBytes, MULTIPART_ABOVE_BYTES);
  return entries.some(({ size = Infinity }) => size > least);
}

/** As `cleanUploads`, for all objects of a segment that the places tell of. */
export async function cleanSegment(
  cleaning: Omit<Cleaning, 'key'> & { readonly entries: readonly Entry[]; readonly mapping: KeyMapping },
  signal: AbortSignal,
): Promise<void> {
  const { entries, mapping, places } = cleaning;
  for (const at of new Set(places.map((place) => place.at))) {
    const entry = entries[at];
    if (entry === undefined) continue;
    const own = places.filter((place) => place.at === at);
    await cleanUploads({ ...cleaning, key: targetKeyOf(entry.key, mapping), places: own }, signal);
  }
}

/**
 * Aborts the uploads of an object that has ended, one way or the other; of one that is completed that changes nothing.
 * Rejects where trying again may help; what the target refuses for good is left to the log and the bucket's lifecycle.
 * Answers the places that nobody needs to look at again: an upload that was not noted yet may still be on its way.
 */
export async function cleanUploads(cleaning: Cleaning, signal: AbortSignal): Promise<readonly string[]> {
  const { sink, log, key } = cleaning;
  try {
    const noted = await notedUploads(cleaning, signal);
    const strays = await strayUploads(cleaning, noted, signal);
    for (const uploadId of [...noted.values(), ...strays]) await sink.abort({ key, uploadId }, signal);
    return [...noted.keys()];
  } catch (error) {
    if (signal.aborted || isRetryable(error)) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    log.warn('an unfinished upload may be left in the target', { key, problem });
    return [];
  }
}

/** Their ids, by the names of their places. */
async function notedUploads(
  { uploads, places }: Cleaning,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { name, noted } of places) {
    const note = noted ? await readable(uploads.readNote(name, signal)) : undefined;
    if (note !== undefined) ids.set(name, note.uploadId);
  }
  return ids;
}

/** Begun, and never noted: whoever began them died. Of this very key, and not from before: those are somebody else's. */
async function strayUploads(
  { sink, uploads, places, key }: Cleaning,
  noted: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  let sinceMs = Infinity;
  for (const { name } of places) {
    const begun = noted.has(name) ? undefined : await readable(uploads.readBegun(name, signal));
    sinceMs = Math.min(sinceMs, begun?.atMs ?? Infinity);
  }
  if (sinceMs === Infinity) return [];
  const known = [...noted.values()];
  const pending = await sink.uploads(key, signal);
  return pending
    .filter(({ initiatedMs }) => initiatedMs >= sinceMs - CLOCKS_APART_MS_MAX)
    .flatMap(({ uploadId }) => (known.includes(uploadId) ? [] : [uploadId]));
}

/** Undefined where the object was removed, or changed by hand. */
async function readable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
