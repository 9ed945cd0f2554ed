/** One object from source to target: read, written, verified, tried again where that may help. */
import { knownMd5, targetAttributes } from '../core/attributes.ts';
import { OBJECT_RETRY } from '../core/backoff.ts';
import { StoreError } from '../core/errors.ts';
import { failureOf, ObjectFailure } from '../core/failures.ts';
import { cosKeyProblem, targetKeyOf } from '../core/keys.ts';
import { liesUnder } from '../core/layout.ts';
import type { Entry, SourceAttributes, TargetAttributes } from '../core/object.ts';
import { MULTIPART_ABOVE_BYTES } from '../core/parts.ts';
import type { Task } from '../core/task.ts';
import type { Outcome } from '../core/outcomes.ts';
import type { SourceObject } from '../ports/object-source.ts';
import { discard, ownMd5, statedCrc64, summed } from './checksum.ts';
import { isUnchangedTarget, type TargetView } from './conflicts.ts';
import { type CopyContext, tagsOf } from './copy-context.ts';
import { copyLarge } from './copy-large.ts';
import type { LargeSteps } from './copy-parts.ts';
import { retrying } from './retry.ts';
import { holdsCopy, settleWrite } from './verify.ts';

/**
 * Copies one entry as the task's conflict rule says; undefined when the invocation ended first: somebody will try it
 * again. `spread`: nothing is done yet, the object is large enough for several functions. `view` tells what the target has.
 */
export async function copyObject(
  context: CopyContext,
  entry: Entry,
  view: TargetView,
  signal: AbortSignal,
  steps?: LargeSteps,
): Promise<Outcome | 'spread' | undefined> {
  const bytes = entry.size ?? 0;
  try {
    const key = checkedTargetKey(context, entry);
    if (await keepsTarget(context, entry, key, view, signal)) return { kind: 'skipped', bytes };
    if (bytes > context.spread.aboveBytes) return 'spread';
    if (bytes > MULTIPART_ABOVE_BYTES && entry.etag !== undefined && entry.type !== 'Symlink') {
      const { key: sourceKey, etag } = entry;
      return await copyLarge(context, { key, sourceKey, size: bytes, etag, ...steps }, signal);
    }
    return await copyWhole(context, entry, key, signal, steps);
  } catch (error) {
    if (signal.aborted) return undefined;
    return { kind: 'failed', bytes, failure: failureOf(error) };
  }
}

function checkedTargetKey(context: CopyContext, entry: Entry): string {
  if (entry.problem !== undefined) throw new ObjectFailure('KEY_ILLEGAL', entry.problem);
  const key = targetKeyOf(entry.key, context.mapping);
  const problem = cosKeyProblem(key);
  if (problem !== undefined) throw new ObjectFailure(problem.code, problem.message);
  if (isStateKey(key, context.task)) {
    throw new ObjectFailure(
      'KEY_ILLEGAL',
      `the target key lies in the state prefix ${JSON.stringify(context.task.state.prefix)}`,
    );
  }
  return key;
}

function isStateKey(key: string, task: Task): boolean {
  return task.state.bucket === task.target.bucket && liesUnder(key, task.state.prefix);
}

async function keepsTarget(
  context: CopyContext,
  entry: Entry,
  key: string,
  view: TargetView,
  signal: AbortSignal,
): Promise<boolean> {
  const decision = view(entry);
  return (
    decision === 'skip' || (decision === 'compare' && (await isUnchangedTarget(context, entry, key, signal)))
  );
}

/** What is found out at the first read: objects of a key list may turn out to be large. */
interface FoundLarge {
  readonly kind: 'large';
  readonly attributes: SourceAttributes;
}

async function copyWhole(
  context: CopyContext,
  entry: Entry,
  key: string,
  signal: AbortSignal,
  steps?: LargeSteps,
): Promise<Outcome | 'spread'> {
  const attempts = new WholeCopy(context, entry, key);
  const end = await retrying(OBJECT_RETRY, context, signal, () => attempts.attempt(signal));
  if (end.kind !== 'large') return end;
  const { size, etag } = end.attributes;
  if (size > context.spread.aboveBytes) return 'spread';
  return copyLarge(context, { key, sourceKey: entry.key, size, etag, ...steps }, signal);
}

/** The attempts at one object, and what one leaves for the next. */
class WholeCopy {
  private readonly context: CopyContext;
  private readonly entry: Entry;
  private readonly key: string;
  /** A content in memory outlives a failed write: trying again needs no second read. */
  private held: SourceObject | undefined;
  /** A write ended without an answer: it may have been done. */
  private answerLost = false;
  /** The store refused the body by its MD5: it may not be the MD5 of this content after all; the CRC-64 decides. */
  private md5Refused = false;

  constructor(context: CopyContext, entry: Entry, key: string) {
    this.context = context;
    this.entry = entry;
    this.key = key;
  }

  async attempt(signal: AbortSignal): Promise<Outcome | FoundLarge> {
    const object = this.held ?? (await this.read(signal));
    this.held = object.content.kind === 'bytes' ? object : undefined;
    const { attributes } = object;
    if (attributes.size > Math.min(MULTIPART_ABOVE_BYTES, this.context.spread.aboveBytes)) {
      discard(object.content);
      return { kind: 'large', attributes };
    }
    try {
      return await this.write(object, await this.attributesFor(attributes, signal), signal);
    } catch (error) {
      discard(object.content);
      throw error;
    }
  }

  /** Pinned to the version that was listed. A symlink is listed with its own ETag and read with its target's. */
  private read(signal: AbortSignal): Promise<SourceObject> {
    const ifMatch = this.entry.type === 'Symlink' ? undefined : this.entry.etag;
    return this.context.source.read({ key: this.entry.key, ifMatch, expectedBytes: this.entry.size }, signal);
  }

  private async attributesFor(attributes: SourceAttributes, signal: AbortSignal): Promise<TargetAttributes> {
    return targetAttributes(
      this.context.task,
      attributes,
      await tagsOf(this.context, this.entry.key, attributes, signal),
    );
  }

  private async write(
    object: SourceObject,
    attributes: TargetAttributes,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { context, key } = this;
    const stated = statedCrc64(object.attributes);
    const { content, crc64 } =
      stated === undefined ? await summed(object.content) : { content: object.content, crc64: () => stated };
    const bytes = object.attributes.size;
    const forbidOverwrite = context.task.conflict === 'skip';
    try {
      const contentMd5 = await this.md5Of(object, stated);
      const written = await context.sink.write(
        { key, content, attributes, contentMd5, forbidOverwrite },
        signal,
      );
      return {
        kind: 'copied',
        bytes,
        verified: await settleWrite(context, { key, crc64: crc64(), written }, signal),
      };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'exists') return await this.settleExisting(bytes, stated, signal);
      this.answerLost ||= error.code === 'unavailable' || error.code === 'timeout';
      // The bytes may have been changed before they got here: read them again.
      if (error.code === 'corrupt') this.held = undefined;
      this.md5Refused ||= error.code === 'corrupt';
      throw error;
    }
  }

  private async md5Of(
    { attributes, content }: SourceObject,
    stated: string | undefined,
  ): Promise<string | undefined> {
    const known = this.md5Refused ? attributes.contentMd5 : knownMd5(attributes);
    return known ?? (content.kind === 'bytes' ? ownMd5(content.bytes, stated) : undefined);
  }

  /** With `skip`, a key that is there is the target's own, unless an earlier write of ours lost its answer. */
  private async settleExisting(
    bytes: number,
    crc64: string | undefined,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const ours =
      this.answerLost &&
      crc64 !== undefined &&
      (await holdsCopy(this.context, { key: this.key, size: bytes, crc64 }, signal));
    return ours ? { kind: 'copied', bytes, verified: 'crc64' } : { kind: 'skipped', bytes };
  }
}
