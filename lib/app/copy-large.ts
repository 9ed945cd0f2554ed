/** A large object in parts: ranged reads into a multipart upload, a few parts at a time, all of one version. */
import { targetAttributes } from '../core/attributes.ts';
import { CONTROL_RETRY, OBJECT_RETRY } from '../core/backoff.ts';
import { StoreError } from '../core/errors.ts';
import { ObjectFailure } from '../core/failures.ts';
import type { Outcome } from '../core/outcomes.ts';
import { OBJECT_BYTES_MAX, planParts } from '../core/parts.ts';
import type { MultipartUpload, Part, Written } from '../ports/object-sink.ts';
import type { SourceObject } from '../ports/object-source.ts';
import { discard, statedCrc64 } from './checksum.ts';
import { type CopyContext, tagsOf } from './copy-context.ts';
import {
  combinedCrc64,
  type LargeObject,
  LostUpload,
  PartCopy,
  readPart,
  requireArrived,
} from './copy-parts.ts';
import { within } from './deadline.ts';
import { retrying } from './retry.ts';
import { holdsCopyBy, settleWrite } from './verify.ts';

/** Cleaning up must not hang a function that is being stopped. */
const ABORT_MS_MAX = 10_000;

/**
 * COS goes on merging parts when nobody hears its answer any more, and may know neither the upload nor the object
 * meanwhile. So few parts are merged within this; what spread objects wait is longer (lib/app/complete-spread.ts).
 */
const MERGE_MS_MAX = 60_000;

export async function copyLarge(
  context: CopyContext,
  object: LargeObject,
  signal: AbortSignal,
): Promise<Outcome> {
  requireSize(object.size);
  return retrying({ ...OBJECT_RETRY, attemptsMax: 2 }, context, signal, () =>
    uploadOnce(context, object, signal),
  );
}

export function requireSize(bytes: number): void {
  if (bytes <= OBJECT_BYTES_MAX) return;
  const problem = `the object has ${String(bytes)} bytes, COS takes ${String(OBJECT_BYTES_MAX)}`;
  throw new ObjectFailure('OBJECT_TOO_LARGE', problem);
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
    const crc64 = stated ?? combinedCrc64(parts, (part) => part.sentCrc64) ?? '';
    requireArrived(object, parts, crc64);
    const completion = { object, upload, parts, crc64, mergeMsMax: MERGE_MS_MAX };
    const written = await complete(context, completion, signal);
    if (written === 'exists') return { kind: 'skipped', bytes: object.size };
    const verified = await settleWrite(context, { key: object.key, crc64, written }, signal);
    return { kind: 'copied', bytes: object.size, verified };
  } catch (error) {
    await abandon(context, upload);
    throw error;
  }
}

async function begin(
  context: CopyContext,
  object: LargeObject,
  opened: SourceObject,
  signal: AbortSignal,
): Promise<MultipartUpload> {
  try {
    const tags = await tagsOf(context, object.sourceKey, opened.attributes, signal);
    const attributes = targetAttributes(context.task, opened.attributes, tags);
    await object.onBegin?.(signal);
    return await retrying(CONTROL_RETRY, context, signal, () =>
      context.sink.begin(object.key, attributes, signal),
    );
  } catch (error) {
    discard(opened.content);
    throw error;
  }
}

export interface Completion {
  readonly object: LargeObject;
  readonly upload: MultipartUpload;
  readonly parts: readonly Part[];
  readonly crc64: string;
  /** Where the upload is gone, the object is waited for as long as this. */
  readonly mergeMsMax: number;
}

/** `exists`: the conflict rule keeps what the target got meanwhile. */
export async function complete(
  context: CopyContext,
  completion: Completion,
  signal: AbortSignal,
): Promise<Written | 'exists'> {
  const { object, upload, parts, crc64, mergeMsMax } = completion;
  const forbidOverwrite = context.task.conflict === 'skip';
  try {
    const written = await context.sink.complete(upload, parts, { forbidOverwrite }, signal);
    return written.crc64 === undefined ? await askedCrc64(context, object.key, written, signal) : written;
  } catch (error) {
    if (!(error instanceof StoreError) || signal.aborted) throw error;
    // The upload is gone, or the answer was lost: it may have been completed.
    const copy = { key: object.key, size: object.size, crc64 };
    const untilMs = error.code === 'gone' ? context.clock.now() + mergeMsMax : 0;
    const holds = await holdsCopyBy(context, copy, untilMs, signal);
    if (!holds && error.code === 'gone') throw new LostUpload(object.key, error);
    if (!holds && error.code !== 'exists') throw error;
    // The copy may be another invocation's, and this upload still pending.
    await abandon(context, upload);
    return holds ? { crc64, requestId: error.requestId } : 'exists';
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
export async function abandon(context: CopyContext, upload: MultipartUpload): Promise<void> {
  try {
    await within(context.clock, ABORT_MS_MAX, (signal) => context.sink.abort(upload, signal));
  } catch {
    // The first error is the one that tells what went wrong.
  }
}
