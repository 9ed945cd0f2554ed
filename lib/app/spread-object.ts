/**
 * A large object, spread over several functions: whoever takes its segment begins the upload and rings for its parts; the
 * last to store some completes it. Nobody waits for anybody: what is stored, noted and ended is told by state objects.
 */
import { targetAttributes } from '../core/attributes.ts';
import { OBJECT_RETRY } from '../core/backoff.ts';
import { StoreError, UserError } from '../core/errors.ts';
import { type Failure, failureOf, ObjectFailure } from '../core/failures.ts';
import { targetKeyOf } from '../core/keys.ts';
import type { Entry, SourceAttributes } from '../core/object.ts';
import type { Outcome } from '../core/outcomes.ts';
import { partLength } from '../core/parts.ts';
import { type Gap, gapsOf } from '../core/slices.ts';
import { partCount, partRanges, type UploadNote, type UploadPlace } from '../core/spread.ts';
import type { MultipartUpload } from '../ports/object-sink.ts';
import { discard, statedCrc64 } from './checksum.ts';
import { cleanUploads } from './clean-uploads.ts';
import { tagsOf } from './copy-context.ts';
import { abandon, requireSize } from './copy-large.ts';
import type { LargeObject } from './copy-parts.ts';
import { retrying } from './retry.ts';
import { ringResult, ringSegment } from './ring.ts';
import { type SegmentWork, writeSlice } from './segment-run.ts';
import { UploadState } from './upload-state.ts';

/** Uploads that were lost, or arrived corrupt, before the object fails. */
const UPLOADS_MAX = 2;

/** One large object of a segment. */
export class SpreadObject {
  readonly work: SegmentWork;
  readonly at: number;
  readonly entry: Entry;
  readonly key: string;
  readonly uploads: UploadState;

  constructor(work: SegmentWork, at: number) {
    const entry = work.entries[at];
    if (entry === undefined) throw new RangeError(`the segment has no entry ${String(at)}`);
    this.work = work;
    this.at = at;
    this.entry = entry;
    this.key = targetKeyOf(entry.key, work.context.mapping);
    this.uploads = new UploadState(work.open.state, work.message.segmentId);
  }

  /** Begins an upload unless one is under way, and rings for the parts that are missing. Answers the place of an upload that has them all. */
  async spread(places: readonly UploadPlace[], signal: AbortSignal): Promise<UploadPlace | undefined> {
    const own = places.filter(({ at }) => at === this.at);
    const present = own.find(({ noted, ended }) => noted && !ended);
    if (present !== undefined) return this.goOn(present, signal);
    const lost = own.filter(({ ended }) => ended);
    if (lost.length < UPLOADS_MAX) await this.begin(signal);
    else await this.fail(await this.uploads.readEnded(lost.at(-1)?.name ?? '', signal), signal);
    return undefined;
  }

  private async goOn(place: UploadPlace, signal: AbortSignal): Promise<UploadPlace | undefined> {
    if (this.work.message.isRest === true) return undefined;
    const note = await this.note(place.name, signal);
    if (note === undefined) return undefined;
    const gaps = gapsOf(place.spans, partCount(note));
    if (gaps.length === 0) return place;
    await this.ring(place.name, note, gaps);
    return undefined;
  }

  /** Undefined where it was changed by hand: another upload is begun. */
  async note(place: string, signal: AbortSignal): Promise<UploadNote | undefined> {
    try {
      return await this.uploads.readNote(place, signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await this.restart(place, { code: 'CHECKSUM_MISMATCH', message: error.message }, signal);
      return undefined;
    }
  }

  private async begin(signal: AbortSignal): Promise<void> {
    const begun = await this.begun(signal);
    if (begun === undefined) return;
    const { place, upload, source } = begun;
    const { size, etag } = source;
    const partBytes = partLength(size, this.work.context.spread.partBytes);
    const note = { uploadId: upload.uploadId, etag, size, crc64: statedCrc64(source), partBytes };
    try {
      await this.uploads.writeNote(place, note, signal);
    } catch (error) {
      await abandon(this.work.context, upload);
      throw error;
    }
    // Whoever ended the object meanwhile may have looked for its uploads before this one was there.
    if (await this.isOpen(signal)) await this.ring(place, note, [{ from: 0, to: partCount(note) }]);
    else await this.clean(signal);
  }

  /** Undefined where the object has failed instead, or another function stated meanwhile how it ended. */
  private async begun(
    signal: AbortSignal,
  ): Promise<{ place: string; upload: MultipartUpload; source: SourceAttributes } | undefined> {
    const { ports, context } = this.work;
    try {
      const source = await this.look(signal);
      const tags = await tagsOf(context, this.entry.key, source, signal);
      const attributes = targetAttributes(context.task, source, tags);
      return await retrying(OBJECT_RETRY, context, signal, async () => {
        // Of its own for each attempt: one whose answer is lost leaves an upload that is begun and not noted.
        const place = `${String(this.at)}-${ports.dice.unique()}`;
        await this.uploads.writeBegun(place, ports.clock.now(), signal);
        // One that was late begins nothing: whoever ended the object has looked for its uploads, and nobody will again.
        if (!(await this.isOpen(signal))) return undefined;
        return { place, upload: await context.sink.begin(this.key, attributes, signal), source };
      });
    } catch (error) {
      signal.throwIfAborted();
      await this.fail(failureOf(error), signal);
      return undefined;
    }
  }

  /** What the source says of the version that was listed: told by a read, which archived objects refuse. */
  private async look(signal: AbortSignal): Promise<SourceAttributes> {
    const { key, etag, type } = this.entry;
    const ifMatch = type === 'Symlink' ? undefined : etag;
    const { context } = this.work;
    try {
      const { attributes, content } = await retrying(OBJECT_RETRY, context, signal, () =>
        context.source.read({ key, ifMatch, range: { from: 0, to: 1 } }, signal),
      );
      discard(content);
      requireSize(attributes.size);
      return attributes;
    } catch (error) {
      const isEmpty = error instanceof StoreError && error.code === 'invalid';
      throw isEmpty ? new ObjectFailure('SOURCE_CHANGED', 'the large object is empty now') : error;
    }
  }

  /** Rings for what is missing of an upload. */
  async askForMissing(place: string, note: UploadNote, signal: AbortSignal): Promise<void> {
    const spans = (await this.uploads.place(place, signal))?.spans ?? [];
    await this.ring(place, note, gapsOf(spans, partCount(note)));
  }

  /** All is stored: whoever takes the message goes on with the completion. */
  ringToComplete(place: string): Promise<void> {
    return this.ringRanges(place, [{ from: 0, to: 1 }]);
  }

  private ring(place: string, note: UploadNote, gaps: readonly Gap[]): Promise<void> {
    return this.ringRanges(place, partRanges(gaps, note.partBytes, this.work.context.spread.rangeBytes));
  }

  private async ringRanges(place: string, ranges: readonly Gap[]): Promise<void> {
    const { ports, message } = this.work;
    const { taskId, state, segmentId, count } = message;
    const rest = { taskId, state, segmentId, count, stalled: 0 };
    await ringSegment(
      ports.queue,
      ...ranges.map(({ from, to }) => ({ ...rest, parts: { place, from, to } })),
    );
    await ringResult(ports.queue, { taskId, segmentId, isMoving: true });
  }

  /** The upload can no longer become the object: another one is begun, unless that was tried before. */
  async restart(place: string, failure: Failure, signal: AbortSignal): Promise<void> {
    const { ports, message } = this.work;
    await this.uploads.writeEnded(place, failure, signal);
    await this.clean(signal, { only: place });
    const { parts: _, ...segment } = message;
    await ringSegment(ports.queue, { ...segment, stalled: 0, isRest: true });
  }

  async fail(failure: Failure, signal: AbortSignal): Promise<void> {
    await this.end({ kind: 'failed', bytes: this.entry.size ?? 0, failure }, signal);
  }

  /** Whether nobody has stated yet how the object ended. */
  async isOpen(signal: AbortSignal): Promise<boolean> {
    const { open, message } = this.work;
    const gaps = gapsOf(await open.state.spans(message.segmentId, signal), message.count);
    return gaps.some(({ from, to }) => from <= this.at && this.at < to);
  }

  /**
   * States how the object ended. Its uploads are freed before: whoever dies in between does both again. And after:
   * whoever begins one looks for the statement then, so that one of the two sees the other.
   */
  async end(outcome: Outcome, signal: AbortSignal): Promise<void> {
    const { ports, message } = this.work;
    const freed = await this.clean(signal);
    await writeSlice(this.work, [{ item: this.at, end: outcome }], signal);
    // The table counts its parts' bytes until the segment is done.
    const counted = outcome.kind === 'copied' ? { ...outcome, bytes: 0 } : outcome;
    ports.live?.segment(message.taskId, message.segmentId).ended(this.at, counted);
    await this.clean(signal, { freed });
  }

  /** Frees its uploads, but those that are `freed` already, or one `only`; answers which are. */
  async clean(
    signal: AbortSignal,
    { freed = [], only }: { readonly freed?: readonly string[]; readonly only?: string } = {},
  ): Promise<readonly string[]> {
    const { uploads, key, work } = this;
    const { sink } = work.context;
    const own = (await uploads.places(signal)).filter(({ at }) => at === this.at);
    const places = own.filter(({ name }) => !freed.includes(name) && (only ?? name) === name);
    const noted = await cleanUploads({ sink, uploads, log: work.ports.log, key, places }, signal);
    return [...freed, ...noted];
  }
}

export function largeOf({ entry, key }: SpreadObject, { size, etag }: UploadNote): LargeObject {
  return { key, sourceKey: entry.key, size, etag };
}

export const GIVEN_UP = new ObjectFailure(
  'TIMEOUT',
  'a part of the object could not be copied within one invocation, several times',
);
