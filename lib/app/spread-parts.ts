/** Parts of a large object that one message rings for; whoever stores the last of them completes it. */
import { isRetryable } from '../core/errors.ts';
import { type Failure, failureOf } from '../core/failures.ts';
import type { SegmentMessage } from '../core/messages.ts';
import { partLanes } from '../core/parts.ts';
import { type Gap, gapsOf } from '../core/slices.ts';
import { partCount, spansOf, type UploadNote, type UploadPlace } from '../core/spread.ts';
import { completeSpread, isLost } from './complete-spread.ts';
import { type DonePart, PartCopy } from './copy-parts.ts';
import { ringResult, ringSegment } from './ring.ts';
import { Run, stretchesOf } from './run.ts';
import { mayGoOn } from './segment-run.ts';
import { GIVEN_UP, largeOf, type SpreadObject } from './spread-object.ts';

export type PartsMessage = SegmentMessage & { readonly parts: NonNullable<SegmentMessage['parts']> };

interface Upload {
  readonly object: SpreadObject;
  readonly place: UploadPlace;
  readonly note: UploadNote;
}

/** Copies what is missing of the parts that the message names; `givesUp`: they have cost several invocations already. */
export async function copyParts(
  object: SpreadObject,
  message: PartsMessage,
  givesUp: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { work, uploads } = object;
  const { ports, message: { taskId, segmentId } } = work; // prettier-ignore
  if (!(await object.isOpen(signal))) {
    // Given up, cancelled, or done by others: an upload that was begun too late for them is freed here.
    await object.clean(signal);
    return ringResult(ports.queue, { taskId, segmentId });
  }
  const place = await uploads.place(message.parts.place, signal);
  if (place?.noted !== true || place.ended) return; // another upload has taken its place
  const note = await object.note(place.name, signal);
  if (note === undefined) return;
  const upload = { object, place, note };
  const missing = gapsOf(place.spans, partCount(note)).flatMap((gap) => overlap(gap, message.parts));
  if (missing.length === 0) {
    await completeIfStored(upload, signal);
    return;
  }
  if (givesUp) return object.fail(failureOf(GIVEN_UP), signal);
  const { error, isWhole, hasMoved } = await storeParts(upload, message, missing, signal);
  if (isWhole) {
    await completeIfStored(upload, signal);
    return;
  }
  signal.throwIfAborted(); // not acknowledged: it comes again when somebody is there
  if (error !== undefined && !isRetryable(error)) return object.fail(failureOf(error), signal);
  if (isLost(error)) return recover(upload, failureOf(error), signal);
  if (work.open.control.last.state !== 'running') return;
  await ringSegment(ports.queue, { ...message, stalled: hasMoved ? 0 : message.stalled + 1 });
}

function overlap(a: Gap, b: Gap): Gap[] {
  const both = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return both.from < both.to ? [both] : [];
}

interface Stored {
  /** What stopped it. */
  readonly error: unknown;
  readonly isWhole: boolean;
  readonly hasMoved: boolean;
}

async function storeParts(
  { object, place, note }: Upload,
  message: PartsMessage,
  missing: readonly Gap[],
  signal: AbortSignal,
): Promise<Stored> {
  const { work, uploads, at } = object;
  const { ports } = work;
  const large = largeOf(object, note);
  const upload = { key: object.key, uploadId: note.uploadId };
  const copy = new PartCopy(work.context, large, upload, note.crc64 === undefined);
  const spans = spansOf(note, { from: 0, to: partCount(note) });
  const items = missing.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  const { taskId, segmentId } = message;
  const live = ports.live?.segment(taskId, segmentId);
  let unstatedBytes = 0;
  let error: unknown;
  const run: Run<DonePart> = new Run<DonePart>(ports, {
    items,
    lanes: partLanes(note.partBytes),
    deadlineMs: work.deadlineMs,
    work: async (item, halt) => {
      const span = spans[item];
      if (span === undefined) return undefined;
      try {
        const part = await copy.one(span, undefined, halt);
        live?.arrived(at, (unstatedBytes += part.bytes), message.parts.from);
        return part;
      } catch (problem) {
        if (halt.aborted) return undefined;
        error ??= problem;
        run.stop();
        return undefined;
      }
    },
    keep: async (done, time) => {
      for (const stretch of stretchesOf(done)) {
        const parts = stretch.map(({ end: { etag, crc64, sentCrc64 } }) => ({ etag, crc64, sentCrc64 }));
        const slice = { from: stretch[0]?.item ?? 0, unique: ports.dice.unique(), parts };
        const name = await uploads.writeSlice(place.name, slice, time);
        const bytes = stretch.reduce((sum, { end }) => sum + end.bytes, 0);
        await ringResult(ports.queue, { taskId, segmentId, isMoving: true, parts: { name, bytes } });
        live?.arrived(at, (unstatedBytes -= bytes), message.parts.from);
      }
    },
    mayGoOn: (time) => mayGoOn(work, time),
  });
  const kept = await run.run(signal);
  return { error, isWhole: kept === items.length, hasMoved: kept > 0 };
}

/** The upload is gone: completed by others who stored the same parts, or lost. */
async function recover(upload: Upload, failure: Failure, signal: AbortSignal): Promise<void> {
  const { object, place } = upload;
  if (!(await completeIfStored(upload, signal))) await object.restart(place.name, failure, signal);
}

/** Answers whether all parts are stored. */
async function completeIfStored({ object, place, note }: Upload, signal: AbortSignal): Promise<boolean> {
  const now = await object.uploads.place(place.name, signal);
  if (now === undefined || gapsOf(now.spans, partCount(note)).length > 0) return false;
  if (!now.ended) await completeSpread(object, now, signal);
  return true;
}
