/** A large object in parts: ranged reads into a multipart upload, a few parts at a time, all of one version. */
import { targetAttributes } from '../core/attributes.ts';
import { OBJECT_RETRY } from '../core/backoff.ts';
import { combineCrc64 } from '../core/crc64.ts';
import { StoreError } from '../core/errors.ts';
import { ObjectFailure } from '../core/failures.ts';
import { OBJECT_BYTES_MAX, type PartSpan, planParts } from '../core/parts.ts';
import type { MultipartUpload, Part, Written } from '../ports/object-sink.ts';
import type { Outcome } from '../core/outcomes.ts';
import type { SourceObject } from '../ports/object-source.ts';
import { discard, statedCrc64, summed } from './checksum.ts';
import { type CopyContext, tagsOf } from './copy-context.ts';
import { within } from './deadline.ts';
import { runLanes } from './lanes.ts';
import { retrying } from './retry.ts';
import { anySignal } from './signals.ts';
import { holdsCopy, settleWrite } from './verify.ts';

/** Parts of one object under way: enough to fill a line, while other objects get their turn. */
const PART_LANES = 8;
/** Cleaning up must not hang a function that is being stopped. */
const ABORT_MS_MAX = 10_000;

export interface LargeObject {
  readonly key: string;
  readonly sourceKey: string;
  readonly size: number;
  /** The version that all parts are read from. */
  readonly etag: string;
}

interface DonePart extends Part {
  readonly bytes: number;
  /** Computed where the source states none. */
  readonly crc64: string | undefined;
}

export async function copyLarge(
  context: CopyContext,
  object: LargeObject,
  signal: AbortSignal,
): Promise<Outcome> {
  if (object.size > OBJECT_BYTES_MAX) {
    throw new ObjectFailure(
      'OBJECT_TOO_LARGE',
      `the object has ${String(object.size)} bytes, COS takes ${String(OBJECT_BYTES_MAX)}`,
    );
  }
  return retrying({ ...OBJECT_RETRY, attemptsMax: 2 }, context, signal, () =>
    uploadOnce(context, object, signal),
  );
}

async function uploadOnce(context: CopyContext, object: LargeObject, signal: AbortSignal): Promise<Outcome> {
  const spans = planParts(object.size);
  const [head] = spans;
  if (head === undefined) throw new RangeError('an empty object has no parts');
  // The first part's answer tells headers and checksum: no HEAD is needed.
  const opened = await retrying(OBJECT_RETRY, context, signal, () => readPart(context, object, head, signal));
  const upload = await begin(context, object, opened, signal);
  try {
    const stated = statedCrc64(opened.attributes);
    const parts = await new PartCopy(context, object, upload, stated === undefined).all(
      spans,
      opened,
      signal,
    );
    const crc64 = stated ?? combined(parts);
    const written = await complete(context, { object, upload, parts, crc64 }, signal);
    if (written === 'exists') return { kind: 'skipped', bytes: object.size };
    const verified = await settleWrite(context, { key: object.key, crc64, written }, signal);
    return { kind: 'copied', bytes: object.size, verified };
  } catch (error) {
    await abandon(context, upload);
    throw error;
  }
}

function readPart(
  context: CopyContext,
  object: LargeObject,
  { from, to }: PartSpan,
  signal: AbortSignal,
): Promise<SourceObject> {
  return context.source.read({ key: object.sourceKey, ifMatch: object.etag, range: { from, to } }, signal);
}

async function begin(
  context: CopyContext,
  object: LargeObject,
  opened: SourceObject,
  signal: AbortSignal,
): Promise<MultipartUpload> {
  try {
    const tags = await tagsOf(context, object.sourceKey, opened.attributes, signal);
    return await context.sink.begin(
      object.key,
      targetAttributes(context.task, opened.attributes, tags),
      signal,
    );
  } catch (error) {
    discard(opened.content);
    throw error;
  }
}

/** The parts of one upload, each read and written again by itself where that may help. */
class PartCopy {
  private readonly context: CopyContext;
  private readonly object: LargeObject;
  private readonly upload: MultipartUpload;
  private readonly sums: boolean;

  constructor(context: CopyContext, object: LargeObject, upload: MultipartUpload, sums: boolean) {
    this.context = context;
    this.object = object;
    this.upload = upload;
    this.sums = sums;
  }

  /** All parts in order of their numbers; the first is read already. One part that fails for good stops the others. */
  async all(spans: readonly PartSpan[], first: SourceObject, signal: AbortSignal): Promise<DonePart[]> {
    const stop = new AbortController();
    const either = anySignal(signal, stop.signal);
    const done: DonePart[] = [];
    const queue = [...spans];
    let opened: SourceObject | undefined = first;
    await runLanes(
      Math.min(PART_LANES, spans.length),
      () => queue.shift(),
      async (span) => {
        const given = span.partNumber === 1 ? opened : undefined;
        opened = undefined;
        try {
          done.push(await this.context.parts.run(() => this.one(span, given, either)));
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      },
    );
    return done.sort((a, b) => a.partNumber - b.partNumber);
  }

  private one(span: PartSpan, given: SourceObject | undefined, signal: AbortSignal): Promise<DonePart> {
    let opened = given;
    return retrying(OBJECT_RETRY, this.context, signal, async () => {
      const read = opened ?? (await readPart(this.context, this.object, span, signal));
      opened = undefined;
      return this.write(span, read, signal);
    });
  }

  private async write(span: PartSpan, read: SourceObject, signal: AbortSignal): Promise<DonePart> {
    try {
      const sum = this.sums ? await summed(read.content) : undefined;
      const content = sum?.content ?? read.content;
      const part = await this.context.sink.writePart(
        { upload: this.upload, partNumber: span.partNumber, content },
        signal,
      );
      return { ...part, bytes: span.to - span.from, crc64: sum?.crc64() };
    } catch (error) {
      discard(read.content);
      throw error;
    }
  }
}

function combined(parts: readonly DonePart[]): string {
  return parts.reduce((crc, part) => combineCrc64(crc, part.crc64 ?? '0', part.bytes), '0');
}

interface Completion {
  readonly object: LargeObject;
  readonly upload: MultipartUpload;
  readonly parts: readonly Part[];
  readonly crc64: string;
}

/** `exists`: the conflict rule keeps what the target got meanwhile. */
async function complete(
  context: CopyContext,
  completion: Completion,
  signal: AbortSignal,
): Promise<Written | 'exists'> {
  const { object, upload, parts, crc64 } = completion;
  const forbidOverwrite = context.task.conflict === 'skip';
  try {
    const written = await context.sink.complete(upload, parts, { forbidOverwrite }, signal);
    return written.crc64 === undefined ? await askedCrc64(context, object.key, written, signal) : written;
  } catch (error) {
    if (!(error instanceof StoreError) || signal.aborted) throw error;
    // The upload is gone, or the answer was lost: it may have been completed.
    if (await holdsCopy(context, { key: object.key, size: object.size, crc64 }, signal))
      return { crc64, requestId: error.requestId };
    if (error.code !== 'exists') throw error;
    await abandon(context, upload);
    return 'exists';
  }
}

/** COS sends the headers of a Complete before it has merged the parts: where they lack the CRC-64, a HEAD tells it. */
async function askedCrc64(
  context: CopyContext,
  key: string,
  written: Written,
  signal: AbortSignal,
): Promise<Written> {
  const found = await context.sink.head(key, signal);
  return { ...written, crc64: found?.version.crc64 };
}

/** Frees what an unfinished upload holds; also while the function is being stopped. What this misses, a lifecycle rule removes. */
async function abandon(context: CopyContext, upload: MultipartUpload): Promise<void> {
  try {
    await within(context.clock, ABORT_MS_MAX, (signal) => context.sink.abort(upload, signal));
  } catch {
    // The first error is the one that tells what went wrong.
  }
}
