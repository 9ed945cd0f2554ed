/**
 * A range: listed from its cursor, cut into segments, and split where others could list beside it. For each segment its manifest is written, then the cursor moved
 * and the row inserted in one transaction, then the message sent: a doubled planner loses the race and stops.
 */
import { isRetryable, UserError } from '../core/errors.ts';
import { entryFilter, type EntryFilter } from '../core/filter.ts';
import type { Forking } from '../core/forking.ts';
import type { Entry } from '../core/object.ts';
import { cosUrl, parseCosUrl } from '../core/layout.ts';
import type { RangeMessage } from '../core/messages.ts';
import { cutSegments, SEGMENT_LIMITS, type SegmentCut } from '../core/segments.ts';
import type { Task } from '../core/task.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Stores } from '../ports/stores.ts';
import type { Range, Table } from '../ports/table.ts';
import { ControlWatch } from './control-watch.ts';
import { type Feed, type FeedPage, listingFeed } from './feed.ts';
import { manifestFeed } from './manifest-feed.ts';
import { ringRange, ringSegment } from './ring.ts';
import { RangeSplitter } from './split-range.ts';
import { stateLocationOf, type TaskState, taskStateOf } from './task-state.ts';
import { underLimits } from './under-limits.ts';

export interface PlanPorts {
  readonly stores: Stores;
  readonly table: Table;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  /** Smaller segments than `SEGMENT_LIMITS`: many of them in a small simulation. */
  readonly segmentLimits?: { readonly entriesMax: number; readonly bytesMax: number };
  /** When ranges are split; default `FORKING`. */
  readonly forking?: Forking;
}

/** A filter may leave few keys of a page; after so many pages what there is becomes a segment, so that copying can begin. */
const PAGES_PER_SEGMENT_MAX = 10;
/** Time to hand on before the deadline. */
const DEADLINE_MARGIN_MS = 15_000;

export async function planRange(
  ports: PlanPorts,
  message: RangeMessage,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  const row = await ports.table.task(message.taskId);
  const range = await ports.table.range(message.taskId, message.rangeId);
  if (row?.state !== 'running' || range?.state !== 'open') return;
  const state = taskStateOf(ports.stores, stateLocationOf(row.task));
  const { task } = row;
  const control = new ControlWatch(ports.clock, state);
  try {
    const planner = new RangePlanner(ports, task, range, state);
    const listing = () => planner.run(control, deadlineMs, signal);
    await control.read(signal);
    if (await underLimits(ports, { task, state, control }, signal, listing)) return;
    if (!signal.aborted) await ringRange(ports.queue, message);
  } catch (error) {
    if (signal.aborted || isRetryable(error)) throw error;
    // Trying again cannot help: the listing is refused, or the manifest is none.
    const problem = error instanceof Error ? error.message : String(error);
    ports.log.error('range given up', { taskId: message.taskId, rangeId: message.rangeId, problem });
    await ports.table.failRange({ taskId: message.taskId, rangeId: message.rangeId, problem });
  }
}

class RangePlanner {
  private readonly ports: PlanPorts;
  private readonly task: Task;
  private readonly range: Range;
  private readonly state: TaskState;
  private readonly takes: EntryFilter;
  /** As the ledger has them, as far as this planner knows. */
  private cursor: string;
  private upTo: string | undefined;
  private seq: number;
  private readonly splitter: RangeSplitter;
  private pagesSinceMove = 0;

  constructor(ports: PlanPorts, task: Task, range: Range, state: TaskState) {
    this.ports = ports;
    this.task = task;
    this.range = range;
    this.state = state;
    this.takes = entryFilter(task);
    this.cursor = range.cursor;
    this.upTo = range.upTo;
    this.seq = range.segments;
    this.splitter = new RangeSplitter(ports, task, range);
  }

  /** True when there is nothing more to do here: the range is listed, another planner is at it, or the task was stopped. */
  async run(control: ControlWatch, deadlineMs: number, signal: AbortSignal): Promise<boolean> {
    const feed = feedOf(this.ports, this.task);
    let waiting: Entry[] = [];
    const stretch = { after: this.cursor, upTo: () => this.upTo };
    for await (const page of feed.pages(stretch, signal)) {
      for (const entry of page.entries) if (this.takes(entry)) waiting.push(entry);
      this.pagesSinceMove++;
      // All entries of a manifest's page have the page's position, and key order within it alone.
      const flushes =
        page.last ||
        this.task.source.manifest !== undefined ||
        this.pagesSinceMove >= PAGES_PER_SEGMENT_MAX ||
        this.cursor === this.range.after;
      const left = await this.emit(waiting, page, flushes, signal);
      if (left === 'overtaken') return true;
      waiting = left;
      if (page.last || (await control.read(signal)).state !== 'running') return true;
      if (this.ports.clock.now() >= deadlineMs - DEADLINE_MARGIN_MS) return false;
      if (!(await this.splitRest(page, signal))) return true;
    }
    return true;
  }

  /** False where another planner split the range first. */
  private async splitRest({ entries, cursor }: FeedPage, signal: AbortSignal): Promise<boolean> {
    this.splitter.saw(entries);
    const upTo = await this.splitter.split({ after: cursor, upTo: this.upTo }, signal);
    if (upTo === 'overtaken') return false;
    this.upTo = upTo.upTo;
    return true;
  }

  /** Makes segments of what waits: of all of it when flushing, else of what fills one. Answers what goes on waiting. */
  private async emit(
    waiting: Entry[],
    page: FeedPage,
    flushes: boolean,
    signal: AbortSignal,
  ): Promise<Entry[] | 'overtaken'> {
    const limits = this.ports.segmentLimits ?? SEGMENT_LIMITS;
    let at = 0;
    for (const cut of cutSegments(waiting, limits)) {
      const end = at + cut.entries.length;
      const isLast = end === waiting.length;
      if (isLast && !flushes && cut.entries.length < limits.entriesMax) return waiting.slice(at);
      const lastCut = cut.entries.at(-1);
      const cursor = isLast || lastCut === undefined ? page.cursor : page.positionOf(lastCut);
      if (!(await this.advance(cursor, isLast && page.last, cut, signal))) return 'overtaken';
      at = end;
    }
    const moves = at === 0 && flushes && (page.last || page.cursor !== this.cursor);
    if (moves && !(await this.advance(page.cursor, page.last, undefined, signal))) return 'overtaken';
    return [];
  }

  private async advance(
    cursor: string,
    listed: boolean,
    cut: SegmentCut | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { table, dice, clock } = this.ports;
    const { taskId, rangeId } = this.range;
    const expected = { expectedCursor: this.cursor, expectedUpTo: this.upTo };
    const step = { taskId, rangeId, ...expected, cursor, listed, nowMs: clock.now() };
    if (cut === undefined) return this.moved(await table.advance(step), cursor);
    const seq = this.seq;
    const place = { rangeId, seq, unique: dice.unique() };
    const segmentId = await this.state.writeManifest(place, cut.entries, signal);
    const segment = { segmentId, seq, count: cut.entries.length, bytes: cut.bytes };
    if (!this.moved(await table.advance({ ...step, segment }), cursor)) {
      await this.state.removeManifest(segmentId, signal);
      return false;
    }
    this.seq++;
    await ringSegment(this.ports.queue, {
      taskId,
      state: this.state.location,
      segmentId,
      count: segment.count,
      stalled: 0,
    });
    return true;
  }

  private moved(won: boolean, cursor: string): boolean {
    if (won) {
      this.cursor = cursor;
      this.pagesSinceMove = 0;
    }
    return won;
  }
}

function feedOf({ stores, segmentLimits }: PlanPorts, task: Task): Feed {
  const { manifest } = task.source;
  if (manifest === undefined) return listingFeed(stores.source(task), task.source.prefix);
  const { bucket, key } = parseCosUrl(manifest);
  const { region, endpoint } = task.target;
  const store = stores.state({ bucket, region, endpoint });
  return manifestFeed(
    async (signal) => {
      const chunks = await store.getStream(key, signal);
      if (chunks === undefined)
        throw new UserError(`${cosUrl(bucket, key)} is missing: the source manifest was not found`);
      return chunks;
    },
    manifest,
    segmentLimits?.entriesMax,
  );
}
