/**
 * The table store: the index and tally of the work, never its truth (that is in the state objects). One row a task,
 * a range, a segment, a slice. A task's counters stand in a few rows of their own and change only in the transaction
 * that changes what they count, so that a report costs the same however large the task is.
 */
import type { RangeTotals } from '../core/forking.ts';
import type { Task } from '../core/task.ts';
import type { Claim, Shares } from '../core/shares.ts';
import type { Counted, FailureSummary, SliceSummary, Tally } from '../core/slices.ts';

/** `cancelled` and `finished` are final: the reporter has written the last report. */
export type TaskState = 'running' | 'paused' | 'cancelling' | 'cancelled' | 'finished';

export interface TaskRow {
  readonly taskId: string;
  /** Over everything a user wrote but the id: tells the same task from another under a used id. */
  readonly digest: string;
  readonly task: Task;
  readonly state: TaskState;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | undefined;
  /** Segments and ranges sent before this are rung again: set when a paused task goes on. */
  readonly resumedAtMs: number;
}

/**
 * A stretch of the key space: keys `after < key <= upTo` in UTF-8 byte order (`upTo` undefined: to the end).
 * For a manifest source the "keys" are line numbers, padded to a fixed width. The rows of a task tile the space.
 */
export interface Range {
  readonly taskId: string;
  readonly rangeId: string;
  readonly after: string;
  readonly upTo: string | undefined;
  /** Everything up to here is in segments. Starts as `after`. */
  readonly cursor: string;
  /** `listed` when the cursor has passed the end; `failed` when listing was given up. */
  readonly state: 'open' | 'listed' | 'failed';
  /** Why listing was given up. */
  readonly problem: string | undefined;
  /** Segments cut so far: the next one's number. */
  readonly segments: number;
  /** What those segments hold. */
  readonly listed: Counted;
  /** When it was last rung (0: never), how often since it last moved, and when it last moved. */
  readonly rungAtMs: number;
  readonly rings: number;
  readonly movedAtMs: number;
}

export interface Segment {
  readonly taskId: string;
  /** `<range>/<seq>-<unique>`. */
  readonly segmentId: string;
  readonly rangeId: string;
  /** Its number in the range, from 0. */
  readonly seq: number;
  readonly count: number;
  readonly bytes: number;
  readonly done: boolean;
  /** The frozen path: names of the slices that count, in order. Set when done. */
  readonly path: readonly string[] | undefined;
  /** Failed objects on the frozen path. */
  readonly failed: number;
  /** When it was last rung, how often since it last moved, and when a slice of it last came. */
  readonly rungAtMs: number;
  readonly rings: number;
  readonly movedAtMs: number;
}

export interface NewTask {
  readonly taskId: string;
  readonly digest: string;
  readonly task: Task;
  readonly nowMs: number;
  /** The root range: its id and its bounds. */
  readonly rangeId: string;
  readonly after: string;
}

/** One step of a range: the cursor moves over what the new segment holds. */
export interface Advance {
  readonly taskId: string;
  readonly rangeId: string;
  /** The cursor this step was listed from; if another planner has moved it, nothing is changed. */
  readonly expectedCursor: string;
  /** The bound it was listed under; if the range was split since, nothing is changed. */
  readonly expectedUpTo: string | undefined;
  readonly cursor: string;
  readonly listed: boolean;
  /** Absent when everything listed was filtered out. `seq` must be the range's next number. */
  readonly segment?:
    | { readonly segmentId: string; readonly seq: number; readonly count: number; readonly bytes: number }
    | undefined;
  readonly nowMs: number;
}

/** The rest of a range behind a key becomes a range of its own. */
export interface Split {
  readonly taskId: string;
  readonly rangeId: string;
  readonly expectedUpTo: string | undefined;
  /** The first range ends with this key, the new one begins after it. */
  readonly at: string;
  readonly newRangeId: string;
  readonly nowMs: number;
}

export interface Freeze {
  readonly taskId: string;
  readonly segmentId: string;
  readonly path: readonly string[];
  readonly tally: Tally;
  readonly failures: FailureSummary;
  /** What the slices counted in bytes beyond what was listed (a plain key list tells no sizes); added to the task's `listed.bytes`. */
  readonly bytesCorrection: number;
}

/** How far the end of a task is prepared: it takes longer than one tick where much failed. */
export interface Ending {
  /** Counts the moves that led here; 0: nothing is noted yet. */
  readonly step: number;
  /** Whether the ranges tile the key space, once all of them are listed: nothing changes them after that. */
  readonly listingComplete: boolean | undefined;
  /** How far that is proved, where it takes longer than one tick. */
  readonly tiled?: Tiled | undefined;
  readonly failedList: FailedList;
}

/** The ranges up to here lie end to end from the beginning of the key space, and are listed. */
export interface Tiled {
  /** `after` of the last of them. */
  readonly after: string;
  /** Where it ends; undefined: with the key space. */
  readonly reached: string | undefined;
}

/** The failed manifest on its way: an upload that any tick may go on with. */
export interface FailedList {
  /** `empty`: nothing failed, and there is no such object. */
  readonly state: 'open' | 'written' | 'empty';
  /** Everything up to this segment is in the parts, or carried. */
  readonly afterSegmentId: string;
  /** Set with the first part. */
  readonly uploadId: string | undefined;
  /** Of the parts written, in order. */
  readonly etags: readonly string[];
  /** Lines that are too few for a part; below 1 MiB. */
  readonly carried: string;
  /** Segments whose failures are listed. */
  readonly segments: number;
  /** What could not be listed, and why. */
  readonly problems: readonly string[];
}

export const NO_ENDING: Ending = Object.freeze({
  step: 0,
  listingComplete: undefined,
  failedList: {
    ...{ state: 'open', afterSegmentId: '', uploadId: undefined, etags: [], carried: '' },
    ...{ segments: 0, problems: [] },
  },
} satisfies Ending);

/** Bytes of a large object that stand in its upload, as a slice of parts states them. */
export interface StoredParts {
  readonly segmentId: string;
  /** Of the slice, with its place: tells it from all others of the segment. */
  readonly name: string;
  readonly bytes: number;
}

/** What the consumer of a partition of `segments` last stated that it used of a task's limits. */
export interface PartitionUse {
  readonly partition: number;
  /** Of the statement. */
  readonly unique: string;
  /** Of the topic, as the consumer knew. */
  readonly partitionsAll: number;
  /** Absent where there is no limit. */
  readonly requests?: Claim | undefined;
  readonly bytes?: Claim | undefined;
}

/** How a task's limits are divided. */
export interface Division {
  /** Counts the moves that led here; 0: limits were never divided. The version of `share.json` is that of the move before it is written. */
  readonly step: number;
  /** As `share.json` says, or will say. */
  readonly shares: Shares;
  /** Whatever a copier may have read so far is at most this. */
  readonly bound: Shares;
  /** Whether `shares` stand in `share.json` for certain. */
  readonly isWritten: boolean;
}

export const NO_DIVISION: Division = Object.freeze({
  step: 0,
  shares: { requests: [], bytes: [] },
  bound: { requests: [], bytes: [] },
  isWritten: true,
});

/** What the report is made of: a task's counters. */
export interface TaskTotals {
  readonly ranges: number;
  /** Ranges in state `open` and `failed`. */
  readonly rangesOpen: number;
  readonly rangesFailed: number;
  readonly segments: number;
  readonly segmentsDone: number;
  readonly listed: Counted;
  readonly tally: Tally;
  readonly failures: FailureSummary;
  /** Of large objects in segments that are not done: bytes of the parts that are stored. */
  readonly partBytes: number;
  /** When anything of the task last moved: a cursor, a slice. */
  readonly movedAtMs: number;
  /** The latest `rungAtMs` of a segment that is done: what was rung long before that has been delivered or lost. */
  readonly deliveredMs: number;
}

/**
 * Errors are `StoreError`: `unavailable`, `busy`, `unknown`, and `denied` or `invalid` where the engine refuses who asks.
 * Every method is one transaction. One whose answer was lost is not run again by the table: `advance` run twice would
 * say that somebody else had been first.
 */
export interface Table {
  /** Inserts the task and its root range (`open`, never rung: `rungAtMs` 0) unless the id is taken; answers the row that stands. */
  createTask(task: NewTask): Promise<TaskRow>;
  task(taskId: string): Promise<TaskRow | undefined>;
  /** Tasks that are neither `finished` nor `cancelled`, by id. */
  unfinishedTasks(): Promise<TaskRow[]>;
  /** Changes the state if it is one of `from`; tells whether it did. `finished` and `cancelled` keep `atMs` as finishedAtMs, `running` as resumedAtMs. */
  setTaskState(args: {
    taskId: string;
    from: readonly TaskState[];
    to: TaskState;
    atMs: number;
  }): Promise<boolean>;

  range(taskId: string, rangeId: string): Promise<Range | undefined>;
  /** All ranges in order of `after` (byte order), a page at a time: those after `afterKey`, at most `limit`; undefined starts. */
  ranges(taskId: string, afterKey: string | undefined, limit: number): Promise<Range[]>;
  /** In one transaction: moves the cursor (`movedAtMs = nowMs`, `rings = 0`), inserts the segment (rung now), counts it. False, and nothing changed, when the cursor or the bound had moved or the range is not open. */
  advance(step: Advance): Promise<boolean>;
  /** Ranges that were given up, at most `limit`. */
  failedRanges(taskId: string, limit: number): Promise<Range[]>;
  /**
   * In one transaction: the open range `(after, upTo]` becomes `(after, at]`, and `(at, upTo]` is inserted, open and never
   * rung. False, and nothing changed, unless its cursor lies before `at`, and `at` before its `upTo`, which is the expected one.
   */
  split(split: Split): Promise<boolean>;
  /** Gives a range up, if it is open. */
  failRange(args: { taskId: string; rangeId: string; problem: string }): Promise<boolean>;

  /** Those of the given segments that are there, in no order. */
  segments(taskId: string, segmentIds: readonly string[]): Promise<Segment[]>;
  /** Inserts slices that are not there yet (by task, segment and name); a new slice moves its segment: `movedAtMs = nowMs`, `rings = 0`. Answers all slices of those segments. */
  addSlices(args: {
    taskId: string;
    slices: readonly { readonly segmentId: string; readonly slice: SliceSummary }[];
    nowMs: number;
  }): Promise<ReadonlyMap<string, readonly SliceSummary[]>>;
  /** In one transaction: marks the segment done with this path, adds its tally and failures (any samples, up to SAMPLES_MAX of a class) to the task's. False, and nothing changed, when it was done already. */
  freeze(freeze: Freeze): Promise<boolean>;

  /** Open ranges and segments that were neither rung nor moved at or after `beforeMs`, longest unrung first, at most `limit`. */
  silentRanges(taskId: string, beforeMs: number, limit: number): Promise<Range[]>;
  silentSegments(taskId: string, beforeMs: number, limit: number): Promise<Segment[]>;
  /** Notes that they are rung now: `rungAtMs = nowMs`, `rings + 1`. */
  rang(args: {
    taskId: string;
    rangeIds: readonly string[];
    segmentIds: readonly string[];
    nowMs: number;
  }): Promise<void>;

  /**
   * Notes that parts of these open segments moved, or wait since now: `rungAtMs = movedAtMs = nowMs`, `rings = 0`. Counts
   * the bytes of `parts` that it was not told of before; of segments that are not named, or not open, it counts none.
   */
  moving(args: {
    taskId: string;
    segmentIds: readonly string[];
    parts: readonly StoredParts[];
    nowMs: number;
  }): Promise<void>;

  /** `NO_ENDING` where nothing is noted. */
  ending(taskId: string): Promise<Ending>;
  /** Notes the ending if what is noted is one step behind it; tells whether it did. */
  moveEnding(args: { taskId: string; ending: Ending }): Promise<boolean>;
  /** Ids of tasks that ended in `[fromMs, beforeMs)`, and whose last report nobody confirmed, at most `limit`. */
  unconfirmedEnds(args: { fromMs: number; beforeMs: number; limit: number }): Promise<string[]>;
  confirmEnd(taskId: string): Promise<void>;

  /** Keeps the last use of each partition. */
  noteUses(args: { taskId: string; uses: readonly PartitionUse[] }): Promise<void>;
  /** By number of the partition. */
  uses(taskId: string): Promise<PartitionUse[]>;
  /** `NO_DIVISION` where nothing is noted. */
  division(taskId: string): Promise<Division>;
  /** Notes the division if what is noted is one step behind it; tells whether it did. */
  moveDivision(args: { taskId: string; division: Division }): Promise<boolean>;

  /** Reads the same number of rows however many ranges and segments there are. */
  totals(taskId: string): Promise<TaskTotals>;
  /** What of them a planner goes by that might split its range: it asks every few pages, so this is one short statement. */
  rangeTotals(taskId: string): Promise<RangeTotals>;
  /** Segments that have failed objects, in order of their id (bytes), a page at a time: those after the given id; no others are read. For the failed manifest. */
  failedSegments(taskId: string, afterSegmentId: string, limit: number): Promise<Segment[]>;
  close(): Promise<void>;
}
