/**
 * A range: listed from its cursor, cut into segments, and split where others could list beside it. For each segment its
 * manifest is written, then the cursor moved and the row inserted in one transaction, then the message sent: a doubled
 * planner loses the race and stops.
 */
import { isRetryable, UserError } from '../core/errors.ts';
import { entryFilter, type EntryFilter } from '../core/filter.ts';
import type { Forking } from '../core/forking.ts';
import { renderEntries } from '../core/manifest.ts';
import type { Entry } from '../core/object.ts';
import { cosUrl, parseCosUrl } from '../core/layout.ts';
import type { RangeMessage } from '../core/messages.ts';
import { cutSegments, SEGMENT_LIMITS } from '../core/segments.ts';
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

/** One move of the cursor; with it a segment is made of what it passes. */
interface Move {
  readonly cursor: string;
  readonly listed: boolean;
  readonly cut?: { readonly manifest: Buffer; readonly count: number; readonly bytes: number };
}

/** A page's worth of the work: the page itself is needed no more. */
interface Turn {
  readonly moves: readonly Move[];
  readonly last: boolean;
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
  /** The cursor, or beyond it by what waits. */
  private lookedUpTo: string;
  /** Taken, and not in a segment yet. */
  private waiting: readonly Entry[] = [];
  private readonly splitter: RangeSplitter;
  private pagesSinceMove = 0;

  constructor(ports: PlanPorts, task: Task, range: Range, state: TaskState) {
    this.ports = ports;
    this.task = task;
    this.range = range;
    this.state = state;
    this.takes = entryFilter(task);
    this.cursor = range.cursor;
    this.lookedUpTo = range.cursor;
    this.upTo = range.upTo;
    this.seq = range.segments;
    this.splitter = new RangeSplitter(ports, task, range);
  }

  /** True when there is nothing more to do here: the range is listed, another planner is at it, or the task was stopped. */
  async run(control: ControlWatch, deadlineMs: number, signal: AbortSignal): Promise<boolean> {
    const stretch = { after: this.cursor, upTo: () => this.upTo };
    const pages = feedOf(this.ports, this.task).pages(stretch, signal)[Symbol.asyncIterator]();
    try {
      for (;;) {
        // Nothing here keeps hold of the page while the next one is waited for: that would be most of the memory.
        const goesOn = await this.settle(this.turn(await pages.next()), control, signal);
        if (!goesOn) return true;
        if (this.ports.clock.now() >= deadlineMs - DEADLINE_MARGIN_MS) return false;
        if (!(await this.splitRest(signal))) return true;
      }
    } finally {
      await pages.return?.();
    }
  }

  /** What a page comes to, with its manifests as they will be written. */
  private turn({ done, value: page }: IteratorResult<FeedPage, unknown>): Turn {
    if (done === true) return { moves: [], last: true };
    const taken = page.entries.filter(this.takes);
    this.waiting = this.waiting.length === 0 ? taken : [...this.waiting, ...taken];
    this.splitter.saw(page.entries);
    this.lookedUpTo = page.cursor;
    this.pagesSinceMove++;
    // All entries of a manifest's page have the page's position, and key order within it alone.
    const flushes =
      page.last ||
      this.task.source.manifest !== undefined ||
      this.pagesSinceMove >= PAGES_PER_SEGMENT_MAX ||
      this.cursor === this.range.after;
    const moves = this.movesOver(page, flushes);
    // Promises that waited for the page are old to the garbage collector: they would keep what is in it for long.
    page.entries.length = 0;
    return { moves, last: page.last };
  }

  /** Segments of what waits: of all of it when flushing, else of what fills one. The rest goes on waiting. */
  private movesOver(page: FeedPage, flushes: boolean): Move[] {
    const limits = this.ports.segmentLimits ?? SEGMENT_LIMITS;
    const cuts = cutSegments(this.waiting, limits);
    const isShort = (cuts.at(-1)?.entries.length ?? limits.entriesMax) < limits.entriesMax;
    this.waiting = (!flushes && isShort ? cuts.pop()?.entries : undefined) ?? [];
    const moves = cuts.map(({ entries, bytes }, i): Move => {
      const isLast = i === cuts.length - 1 && this.waiting.length === 0;
      const last = entries.at(-1);
      const cursor = isLast || last === undefined ? page.cursor : page.positionOf(last);
      const cut = { manifest: renderEntries(entries), count: entries.length, bytes };
      return { cursor, listed: isLast && page.last, cut };
    });
    const movesOn = moves.length === 0 && flushes && (page.last || page.cursor !== this.cursor);
    return movesOn ? [{ cursor: page.cursor, listed: page.last }] : moves;
  }

  /** Does it, move by move. False where nothing is left to do here. */
  private async settle({ moves, last }: Turn, control: ControlWatch, signal: AbortSignal): Promise<boolean> {
    for (const move of moves) if (!(await this.advance(move, signal))) return false;
    return !last && (await control.read(signal)).state === 'running';
  }

  /** False where another planner split the range first. */
  private async splitRest(signal: AbortSignal): Promise<boolean> {
    const upTo = await this.splitter.split({ after: this.lookedUpTo, upTo: this.upTo }, signal);
    if (upTo === 'overtaken') return false;
    this.upTo = upTo.upTo;
    return true;
  }

  /** False where another planner was first. */
  private async advance({ cursor, listed, cut }: Move, signal: AbortSignal): Promise<boolean> {
    const { table, dice, clock } = this.ports;
    const { taskId, rangeId } = this.range;
    const expected = { expectedCursor: this.cursor, expectedUpTo: this.upTo };
    const step = { taskId, rangeId, ...expected, cursor, listed, nowMs: clock.now() };
    if (cut === undefined) return this.moved(await table.advance(step), cursor);
    const { manifest, count, bytes } = cut;
    const seq = this.seq;
    const place = { rangeId, seq, unique: dice.unique() };
    const segmentId = await this.state.writeManifest(place, manifest, signal);
    if (!this.moved(await table.advance({ ...step, segment: { segmentId, seq, count, bytes } }), cursor)) {
      await this.state.removeManifest(segmentId, signal);
      return false;
    }
    this.seq++;
    await ringSegment(this.ports.queue, { taskId, state: this.state.location, segmentId, count, stalled: 0 });
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
