/** What the memory table keeps of one task. Rows are values: replaced, never changed. */
import { compareKeys } from '../../core/keys.ts';
import { addFailures, addTallies, type FailureSummary, NO_TALLY, type Tally } from '../../core/slices.ts';
import type {
  Advance,
  Freeze,
  NewTask,
  Range,
  Segment,
  Split,
  TaskRow,
  TaskTotals,
} from '../../ports/table.ts';

export interface TaskBook {
  row: TaskRow;
  readonly ranges: Map<string, Range>;
  readonly segments: Map<string, Segment>;
  /** Of open segments: the bytes of stored parts, by name. */
  readonly parts: Map<string, Map<string, number>>;
  /** Of the segments that are done. */
  done: {
    readonly segments: number;
    readonly tally: Tally;
    readonly failures: FailureSummary;
    readonly bytesCorrection: number;
  };
}

export function newRange(
  range: Pick<NewTask, 'taskId' | 'rangeId' | 'after' | 'nowMs'> & { readonly upTo?: string | undefined },
): Range {
  return {
    taskId: range.taskId,
    rangeId: range.rangeId,
    after: range.after,
    upTo: range.upTo,
    cursor: range.after,
    state: 'open',
    problem: undefined,
    segments: 0,
    listed: { objects: 0, bytes: 0 },
    rungAtMs: 0,
    rings: 0,
    movedAtMs: range.nowMs,
  };
}

export function newBook(task: NewTask): TaskBook {
  const { taskId, digest, nowMs } = task;
  return {
    row: {
      taskId,
      digest,
      task: task.task,
      state: 'running',
      startedAtMs: nowMs,
      finishedAtMs: undefined,
      resumedAtMs: nowMs,
    },
    ranges: new Map([[task.rangeId, newRange(task)]]),
    segments: new Map(),
    parts: new Map(),
    done: { segments: 0, tally: NO_TALLY, failures: {}, bytesCorrection: 0 },
  };
}

/** The range after the step, or undefined where another planner was first. */
export function advanced(range: Range | undefined, step: Advance): Range | undefined {
  if (range?.state !== 'open' || range.cursor !== step.expectedCursor || range.upTo !== step.expectedUpTo)
    return undefined;
  const { segment } = step;
  if (segment !== undefined && segment.seq !== range.segments) return undefined;
  return {
    ...range,
    cursor: step.cursor,
    state: step.listed ? 'listed' : 'open',
    segments: range.segments + (segment === undefined ? 0 : 1),
    listed: {
      objects: range.listed.objects + (segment?.count ?? 0),
      bytes: range.listed.bytes + (segment?.bytes ?? 0),
    },
    rings: 0,
    movedAtMs: step.nowMs,
  };
}

/** The two ranges after the split, or undefined where it does not fit. */
export function splitUp(range: Range | undefined, split: Split): readonly [Range, Range] | undefined {
  const { at, expectedUpTo: upTo, newRangeId: rangeId, taskId, nowMs } = split;
  if (range?.state !== 'open' || range.upTo !== upTo || compareKeys(range.cursor, at) >= 0) return undefined;
  if (upTo !== undefined && compareKeys(at, upTo) >= 0) return undefined;
  return [{ ...range, upTo: at }, newRange({ taskId, rangeId, after: at, upTo, nowMs })];
}

export function newSegment(step: Advance, segment: NonNullable<Advance['segment']>): Segment {
  return {
    taskId: step.taskId,
    segmentId: segment.segmentId,
    rangeId: step.rangeId,
    seq: segment.seq,
    count: segment.count,
    bytes: segment.bytes,
    done: false,
    path: undefined,
    failed: 0,
    rungAtMs: step.nowMs,
    rings: 0,
    movedAtMs: step.nowMs,
  };
}

/** With one more segment. */
export function counted(
  done: TaskBook['done'],
  { tally, failures, bytesCorrection }: Freeze,
): TaskBook['done'] {
  return {
    segments: done.segments + 1,
    tally: addTallies(done.tally, tally),
    failures: addFailures(done.failures, failures),
    bytesCorrection: done.bytesCorrection + bytesCorrection,
  };
}

export function totalsOf(book: TaskBook): TaskTotals {
  const { done } = book;
  const ranges = [...book.ranges.values()];
  const segments = [...book.segments.values()];
  const sum = (amountOf: (range: Range) => number) => ranges.reduce((total, r) => total + amountOf(r), 0);
  const latest = (times: readonly number[]) => times.reduce((a, b) => Math.max(a, b), 0);
  return {
    ranges: ranges.length,
    rangesOpen: ranges.filter((range) => range.state === 'open').length,
    rangesFailed: ranges.filter((range) => range.state === 'failed').length,
    segments: sum((range) => range.segments),
    segmentsDone: done.segments,
    listed: {
      objects: sum((range) => range.listed.objects),
      bytes: sum((range) => range.listed.bytes) + done.bytesCorrection,
    },
    tally: done.tally,
    failures: done.failures,
    partBytes: [...book.parts.values()]
      .flatMap((parts) => [...parts.values()])
      .reduce((sum, bytes) => sum + bytes, 0),
    movedAtMs: latest([...ranges, ...segments].map((row) => row.movedAtMs)),
    deliveredMs: latest(segments.filter((segment) => segment.done).map((segment) => segment.rungAtMs)),
  };
}

export const NO_TOTALS: TaskTotals = Object.freeze({
  ranges: 0,
  rangesOpen: 0,
  rangesFailed: 0,
  segments: 0,
  segmentsDone: 0,
  listed: { objects: 0, bytes: 0 },
  tally: NO_TALLY,
  failures: {},
  partBytes: 0,
  movedAtMs: 0,
  deliveredMs: 0,
});
