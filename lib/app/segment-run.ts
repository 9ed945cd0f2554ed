/** One invocation's work on the entries of a segment: what is done is written as slices. */
import type { Failure } from '../core/failures.ts';
import type { SegmentMessage } from '../core/messages.ts';
import type { Entry } from '../core/object.ts';
import { type Outcome, sliceOf } from '../core/outcomes.ts';
import type { TargetView } from './conflicts.ts';
import type { CopyContext } from './copy-context.ts';
import { copyObject } from './copy-object.ts';
import type { CopyPorts } from './copy-ports.ts';
import type { OpenTask } from './open-tasks.ts';
import { ringResult } from './ring.ts';
import { type Done, Run, stretchesOf } from './run.ts';
import { UploadState } from './upload-state.ts';

export interface SegmentWork {
  readonly ports: CopyPorts;
  readonly context: CopyContext;
  readonly open: OpenTask;
  readonly message: SegmentMessage;
  readonly entries: readonly Entry[];
  readonly deadlineMs: number;
}

export interface SegmentCopy extends SegmentWork {
  readonly view: TargetView;
  /** Places of the entries to copy, ascending. */
  readonly items: readonly number[];
  /** The first entry has cost several invocations already: it fails without being tried. */
  readonly givesUpFirst: boolean;
}

export interface SegmentCopied {
  /** Whether all entries ended, or are to be spread. */
  readonly isWhole: boolean;
  /** Whether anything of it did. */
  readonly hasMoved: boolean;
  /** Entries whose objects several functions are to copy. */
  readonly spread: readonly number[];
}

/** Copies entries until the end, the deadline, or a word to stop. */
export async function runSegment(copy: SegmentCopy, signal: AbortSignal): Promise<SegmentCopied> {
  const { ports, context, entries, message, items } = copy;
  const live = ports.live?.segment(message.taskId, message.segmentId);
  const uploads = new UploadState(copy.open.state, message.segmentId);
  const work = async (at: number, halt: AbortSignal) => {
    const entry = entries[at];
    if (entry === undefined) return undefined;
    const givesUp = copy.givesUpFirst && at === items[0];
    const steps = {
      onBegin: (time: AbortSignal) =>
        uploads.writeBegun(`${String(at)}-${ports.dice.unique()}`, ports.clock.now(), time),
      onArrived: (bytes: number) => live?.arrived(at, bytes),
    };
    const end = givesUp ? givenUp(entry) : await copyObject(context, entry, copy.view, halt, steps);
    if (end !== 'spread') live?.ended(at, end);
    return end;
  };
  const spread: number[] = [];
  const run = new Run<Outcome | 'spread'>(ports, {
    items,
    lanes: ports.lanes,
    deadlineMs: copy.deadlineMs,
    work,
    keep: async (done, time) => {
      const ended = done.flatMap(({ item, end }) => (end === 'spread' ? [] : [{ item, end }]));
      for (const stretch of stretchesOf(ended)) await writeSlice(copy, stretch, time);
      spread.push(...done.flatMap(({ item, end }) => (end === 'spread' ? item : [])));
    },
    mayGoOn: (time) => mayGoOn(copy, time),
  });
  const kept = await run.run(signal);
  return { isWhole: kept === items.length, hasMoved: kept > 0, spread };
}

function givenUp({ size }: Entry): Outcome {
  const failure: Failure = {
    code: 'TIMEOUT',
    message: 'the object could not be copied within one invocation, several times',
  };
  return { kind: 'failed', bytes: size ?? 0, failure };
}

export async function mayGoOn({ open }: SegmentWork, signal: AbortSignal): Promise<boolean> {
  return (await open.control.read(signal)).state === 'running';
}

/** The message to the reporter carries the slice too, the object is its durable copy. */
export async function writeSlice(
  { ports, open, message, entries }: SegmentWork,
  done: readonly Done<Outcome>[],
  signal: AbortSignal,
): Promise<void> {
  const { taskId, segmentId } = message;
  const outcomes = done.map(({ end }) => end);
  const slice = sliceOf({ from: done[0]?.item ?? 0, unique: ports.dice.unique(), entries, outcomes });
  await open.state.writeSlice(segmentId, slice, signal);
  const { failed: _, abandoned: __, ...summary } = slice;
  await ringResult(ports.queue, { taskId, segmentId, slice: summary });
}
