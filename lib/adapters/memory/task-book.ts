/** What the memory table keeps of one task. Rows are values: replaced, never changed. */
import { compareKeys } from '../../core/keys.ts';
import { addFailures, addTallies, type FailureSummary, NO_TALLY } from '../../core/slices.ts';
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
  /** By range. */
  readonly failures: Map<string, FailureSummary>;
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
    segmentsDone: 0,
    listed: { objects: 0, bytes: 0 },
    tally: NO_TALLY,
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
    failures: new Map(),
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

/** The range with one more segment done. */
export function tallied(range: Range, frozen: Freeze): Range {
  return {
    ...range,
    segmentsDone: range.segmentsDone + 1,
    listed: { ...range.listed, bytes: range.listed.bytes + frozen.bytesCorrection },
    tally: addTallies(range.tally, frozen.tally),
  };
}

export function totalsOf(book: TaskBook): TaskTotals {
  const ranges = [...book.ranges.values()];
  const segments = [...book.segments.values()];
  const sum = (amountOf: (range: Range) => number) => ranges.reduce((total, r) => total + amountOf(r), 0);
  const latest = (times: readonly number[]) => times.reduce((a, b) => Math.max(a, b), 0);
  return {
    ranges: ranges.length,
    rangesOpen: ranges.filter((range) => range.state === 'open').length,
    rangesFailed: ranges.filter((range) => range.state === 'failed').length,
    segments: sum((range) => range.segments),
    segmentsDone: sum((range) => range.segmentsDone),
    listed: { objects: sum((range) => range.listed.objects), bytes: sum((range) => range.listed.bytes) },
    tally: ranges.reduce((total, range) => addTallies(total, range.tally), NO_TALLY),
    failures: [...book.failures]
      .toSorted(([a], [b]) => compareKeys(a, b))
      .reduce<FailureSummary>((total, [, failures]) => addFailures(total, failures), {}),
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
  movedAtMs: 0,
  deliveredMs: 0,
});
