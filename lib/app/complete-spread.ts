/** The end of a spread object: its stored parts become the object, verified as a whole. */
import { isRetryable, StoreError, UserError } from '../core/errors.ts';
import { failureOf } from '../core/failures.ts';
import { completePath, type SliceSpan } from '../core/slices.ts';
import { type PartSlice, partCount, spansOf, type UploadNote, type UploadPlace } from '../core/spread.ts';
import type { Written } from '../ports/object-sink.ts';
import { complete, type Completion } from './copy-large.ts';
import { combinedCrc64, type DonePart, LostUpload, requireArrived } from './copy-parts.ts';
import { mapInLanes } from './lanes.ts';
import { largeOf, type SpreadObject } from './spread-object.ts';
import { holdsCopyBy, settleWrite } from './verify.ts';

/** Slices read at once. */
const READ_LANES = 16;

/**
 * How long COS may take to merge 10,000 parts when nobody hears its answer any more: it keeps the connection open "for
 * several minutes" (document 436/7742). Only then is an upload that it does not know lost.
 */
const MERGE_MS_MAX = 15 * 60_000;
/** Before the deadline: nobody waits any longer, the next invocation does. */
const HAND_ON_MS = 15_000;

/** All parts are stored: they become the object, if they are what the source holds. */
export async function completeSpread(
  object: SpreadObject,
  place: UploadPlace,
  signal: AbortSignal,
): Promise<void> {
  const note = await object.note(place.name, signal);
  if (note === undefined) return;
  try {
    const slices = await readSlices(object, place, note, signal);
    if (slices === undefined) await object.askForMissing(place.name, note, signal);
    else await completeWith(object, place, note, partsOf(note, slices), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isLost(error)) return object.restart(place.name, failureOf(error), signal);
    if (isRetryable(error)) throw error; // the message comes again, and finds all stored
    await object.fail(failureOf(error), signal);
  }
}

/** The upload is gone, or what it holds is not what was sent. */
export function isLost(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'corrupt' || error.code === 'invalid');
}

async function completeWith(
  object: SpreadObject,
  place: UploadPlace,
  note: UploadNote,
  parts: readonly DonePart[],
  signal: AbortSignal,
): Promise<void> {
  const { context } = object.work;
  const large = largeOf(object, note);
  const crc64 = note.crc64 ?? combinedCrc64(parts, ({ sentCrc64 }) => sentCrc64) ?? '';
  requireArrived(large, parts, crc64);
  const upload = { key: object.key, uploadId: note.uploadId };
  const completion = { object: large, upload, parts, crc64, mergeMsMax: 0 };
  const written = await completed(object, place, completion, signal);
  if (written === 'merging') return object.ringToComplete(place.name);
  if (written === 'exists') return object.end({ kind: 'skipped', bytes: note.size }, signal);
  const verified = await settleWrite(context, { key: object.key, crc64, written }, signal);
  await object.end({ kind: 'copied', bytes: note.size, verified }, signal);
}

/** `merging`: this invocation's time is over, and the target may still be at it. */
async function completed(
  object: SpreadObject,
  place: UploadPlace,
  completion: Completion,
  signal: AbortSignal,
): Promise<Written | 'exists' | 'merging'> {
  const { context, deadlineMs } = object.work;
  try {
    return await complete(context, completion, signal);
  } catch (error) {
    if (!(error instanceof LostUpload)) throw error;
    const untilMs = (await mergingSince(object, place, signal)) + MERGE_MS_MAX;
    const { crc64, object: large } = completion;
    const copy = { key: large.key, size: large.size, crc64 };
    const handOnMs = Math.min(untilMs, deadlineMs - HAND_ON_MS);
    if (await holdsCopyBy(context, copy, handOnMs, signal)) return { crc64, requestId: error.requestId };
    if (context.clock.now() < untilMs) return 'merging';
    throw error;
  }
}

/** When the upload was first found to be gone, whoever found it; milliseconds since the epoch. */
async function mergingSince(
  { uploads, work }: SpreadObject,
  { name, merging }: UploadPlace,
  signal: AbortSignal,
): Promise<number> {
  const nowMs = work.context.clock.now();
  if (!merging) {
    await uploads.writeMerging(name, nowMs, signal);
    return nowMs;
  }
  try {
    return (await uploads.readMerging(name, signal)).atMs;
  } catch (error) {
    if (error instanceof UserError) return nowMs;
    throw error;
  }
}

/** Undefined where some are not as they were written: these are removed, so that their parts count as missing. */
async function readSlices(
  object: SpreadObject,
  place: UploadPlace,
  note: UploadNote,
  signal: AbortSignal,
): Promise<PartSlice[] | undefined> {
  const path = completePath(place.spans, partCount(note)) ?? [];
  const read = await mapInLanes(READ_LANES, path, (slice) => readSlice(object, place.name, slice, signal));
  const sound = read.filter((slice) => slice !== undefined);
  return sound.length === path.length ? sound : undefined;
}

async function readSlice(
  { uploads, work }: SpreadObject,
  place: string,
  slice: SliceSpan,
  signal: AbortSignal,
): Promise<PartSlice | undefined> {
  try {
    return await uploads.readSlice(place, slice, signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    work.ports.log.warn('part slice refused', { place, problem: error.message });
    await uploads.removeSlice(place, slice, signal);
    return undefined;
  }
}

function partsOf(note: UploadNote, slices: readonly PartSlice[]): DonePart[] {
  const stored = slices.flatMap(({ parts }) => parts);
  return spansOf(note, { from: 0, to: partCount(note) }).flatMap(({ partNumber, from, to }, at) => {
    const part = stored[at];
    if (part === undefined) return [];
    return { ...part, partNumber, sentCrc64: part.sentCrc64, bytes: to - from };
  });
}
