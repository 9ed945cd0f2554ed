/**
 * A large object, spread over several functions: whoever takes its segment begins the upload and rings for its parts; the
 * last to store some completes it. Nobody waits for anybody: what is stored, noted and ended is told by state objects.
 */
import { targetAttributes } from '../core/attributes.ts';
import { OBJECT_RETRY } from '../core/backoff.ts';
import { UserError } from '../core/errors.ts';
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
      await this.restart(place, failureOf(error), signal);
      return undefined;
    }
  }

  private async begin(signal: AbortSignal): Promise<void> {
    const { ports, context } = this.work;
    const place = `${String(this.at)}-${ports.dice.unique()}`;
    let upload: MultipartUpload;
    let source: SourceAttributes;
    try {
      source = await this.look(signal);
      const tags = await tagsOf(context, this.entry.key, source, signal);
      const attributes = targetAttributes(context.task, source, tags);
      await this.uploads.writeBegun(place, ports.clock.now(), signal);
      upload = await context.sink.begin(this.key, attributes, signal);
    } catch (error) {
      signal.throwIfAborted();
      return this.fail(failureOf(error), signal);
    }
    const { size, etag } = source;
    const partBytes = partLength(size, context.spread.partBytes);
    const note = { uploadId: upload.uploadId, etag, size, crc64: statedCrc64(source), partBytes };
    try {
      await this.uploads.writeNote(place, note, signal);
    } catch (error) {
      await abandon(context, upload);
      throw error;
    }
    await this.ring(place, note, [{ from: 0, to: partCount(note) }]);
  }

  /** What the source says of the version that was listed: told by a read, which archived objects refuse. */
  private async look(signal: AbortSignal): Promise<SourceAttributes> {
    const { key, etag, type } = this.entry;
    const ifMatch = type === 'Symlink' ? undefined : etag;
    const { context } = this.work;
    const { attributes, content } = await retrying(OBJECT_RETRY, context, signal, () =>
      context.source.read({ key, ifMatch, range: { from: 0, to: 1 } }, signal),
    );
    discard(content);
    requireSize(attributes.size);
    return attributes;
  }

  private async ring(place: string, note: UploadNote, gaps: readonly Gap[]): Promise<void> {
    const { ports, message, context } = this.work;
    const { taskId, state, segmentId, count } = message;
    const ranges = partRanges(gaps, note.partBytes, context.spread.rangeBytes);
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
    await this.clean(signal);
    const { parts: _, ...segment } = message;
    await ringSegment(ports.queue, { ...segment, stalled: 0, isRest: true });
  }

  async fail(failure: Failure, signal: AbortSignal): Promise<void> {
    await this.end({ kind: 'failed', bytes: this.entry.size ?? 0, failure }, signal);
  }

  /** States how the object ended. Its uploads are freed before: whoever dies in between does both again. */
  async end(outcome: Outcome, signal: AbortSignal): Promise<void> {
    const { ports, message } = this.work;
    await this.clean(signal);
    await writeSlice(this.work, [{ item: this.at, end: outcome }], signal);
    ports.live?.segment(message.taskId, message.segmentId).ended(this.at, outcome);
  }

  async clean(signal: AbortSignal): Promise<void> {
    const { context, ports } = this.work;
    const places = (await this.uploads.places(signal)).filter(({ at }) => at === this.at);
    const { uploads, key } = this;
    await cleanUploads({ sink: context.sink, uploads, log: ports.log, key, places }, signal);
  }
}

export const GIVEN_UP = new ObjectFailure(
  'TIMEOUT',
  'a part of the object could not be copied within one invocation, several times',
);
