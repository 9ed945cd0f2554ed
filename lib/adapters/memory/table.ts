/** The table store in Maps, for tests and simulation: every method does its work at once, then answers. */
import { StoreError } from '../../core/errors.ts';
import { compareKeys } from '../../core/keys.ts';
import type { SliceSummary } from '../../core/slices.ts';
import {
  type Advance,
  type Division,
  type Ending,
  type Freeze,
  type NewTask,
  NO_DIVISION,
  NO_ENDING,
  type PartitionUse,
  type Range,
  type Segment,
  type Split,
  type Table,
  type TaskRow,
} from '../../ports/table.ts';
import {
  advanced,
  counted,
  newBook,
  newRange,
  newSegment,
  NO_TOTALS,
  splitUp,
  type TaskBook,
  totalsOf,
} from './task-book.ts';

type Args<M extends keyof Table> = Parameters<Table[M]>[0];

/** One store; several processes are played by several holders of it. */
export class MemoryTable implements Table {
  readonly #books = new Map<string, TaskBook>();
  /** By task and segment, then by name. */
  readonly #slices = new Map<string, Map<string, SliceSummary>>();

  readonly #endings = new Map<string, Ending>();
  readonly #confirmed = new Set<string>();
  readonly #uses = new Map<string, Map<number, PartitionUse>>();
  readonly #divisions = new Map<string, Division>();

  createTask(task: NewTask): Promise<TaskRow> {
    const book = this.#books.get(task.taskId) ?? newBook(task);
    this.#books.set(task.taskId, book);
    return Promise.resolve(book.row);
  }

  task(taskId: string): Promise<TaskRow | undefined> {
    return Promise.resolve(this.#books.get(taskId)?.row);
  }

  unfinishedTasks(): Promise<TaskRow[]> {
    const rows = [...this.#books.values()].map((book) => book.row);
    const unfinished = rows.filter(({ state }) => state !== 'finished' && state !== 'cancelled');
    return Promise.resolve(unfinished.toSorted((a, b) => compareKeys(a.taskId, b.taskId)));
  }

  setTaskState({ taskId, from, to, atMs }: Args<'setTaskState'>): Promise<boolean> {
    const book = this.#books.get(taskId);
    if (book === undefined || !from.includes(book.row.state)) return Promise.resolve(false);
    const final = to === 'finished' || to === 'cancelled';
    book.row = {
      ...book.row,
      state: to,
      finishedAtMs: final ? atMs : book.row.finishedAtMs,
      resumedAtMs: to === 'running' ? atMs : book.row.resumedAtMs,
    };
    return Promise.resolve(true);
  }

  range(taskId: string, rangeId: string): Promise<Range | undefined> {
    return Promise.resolve(this.#books.get(taskId)?.ranges.get(rangeId));
  }

  ranges(taskId: string, afterKey: string | undefined, limit: number): Promise<Range[]> {
    const page = this.#ranges(taskId)
      .filter((range) => afterKey === undefined || compareKeys(range.after, afterKey) > 0)
      .toSorted((a, b) => compareKeys(a.after, b.after) || compareKeys(a.rangeId, b.rangeId));
    return Promise.resolve(page.slice(0, limit));
  }

  advance(step: Advance): Promise<boolean> {
    const book = this.#books.get(step.taskId);
    const range = advanced(book?.ranges.get(step.rangeId), step);
    if (book === undefined || range === undefined) return Promise.resolve(false);
    const { segment } = step;
    if (segment !== undefined && book.segments.has(segment.segmentId))
      return Promise.reject(duplicate(segment.segmentId));
    book.ranges.set(step.rangeId, range);
    if (segment !== undefined) book.segments.set(segment.segmentId, newSegment(step, segment));
    return Promise.resolve(true);
  }

  failedRanges(taskId: string, limit: number): Promise<Range[]> {
    return Promise.resolve(
      this.#ranges(taskId)
        .filter(({ state }) => state === 'failed')
        .slice(0, limit),
    );
  }

  split(split: Split): Promise<boolean> {
    const ranges = this.#books.get(split.taskId)?.ranges;
    const parts = splitUp(ranges?.get(split.rangeId), split);
    for (const part of parts ?? []) ranges?.set(part.rangeId, part);
    return Promise.resolve(parts !== undefined);
  }

  failRange({ taskId, rangeId, problem }: Args<'failRange'>): Promise<boolean> {
    const ranges = this.#books.get(taskId)?.ranges;
    const range = ranges?.get(rangeId);
    if (range?.state !== 'open') return Promise.resolve(false);
    ranges?.set(rangeId, { ...range, state: 'failed', problem });
    return Promise.resolve(true);
  }

  segments(taskId: string, segmentIds: readonly string[]): Promise<Segment[]> {
    const known = this.#books.get(taskId)?.segments;
    return Promise.resolve([...new Set(segmentIds)].flatMap((id) => known?.get(id) ?? []));
  }

  addSlices(args: Args<'addSlices'>): Promise<ReadonlyMap<string, readonly SliceSummary[]>> {
    const answer = new Map<string, readonly SliceSummary[]>();
    for (const { segmentId, slice } of args.slices) this.#addSlice(args, segmentId, slice);
    for (const { segmentId } of args.slices) {
      const slices = [...this.#slicesOf(args.taskId, segmentId).values()];
      answer.set(
        segmentId,
        slices.toSorted((a, b) => compareKeys(a.name, b.name)),
      );
    }
    return Promise.resolve(answer);
  }

  #addSlice({ taskId, nowMs }: Args<'addSlices'>, segmentId: string, slice: SliceSummary): void {
    const slices = this.#slicesOf(taskId, segmentId);
    if (slices.has(slice.name)) return;
    const { name, from, to, tally, failures } = slice;
    slices.set(name, { name, from, to, tally, failures });
    const segments = this.#books.get(taskId)?.segments;
    const segment = segments?.get(segmentId);
    if (segment !== undefined) segments?.set(segmentId, { ...segment, rings: 0, movedAtMs: nowMs });
  }

  #slicesOf(taskId: string, segmentId: string): Map<string, SliceSummary> {
    const key = `${taskId}/${segmentId}`;
    const slices = this.#slices.get(key) ?? new Map<string, SliceSummary>();
    this.#slices.set(key, slices);
    return slices;
  }

  freeze(frozen: Freeze): Promise<boolean> {
    const book = this.#books.get(frozen.taskId);
    const segment = book?.segments.get(frozen.segmentId);
    if (book === undefined || segment === undefined || segment.done) return Promise.resolve(false);
    const { path, tally } = frozen;
    book.segments.set(frozen.segmentId, { ...segment, done: true, path, failed: tally.failed.objects });
    book.parts.delete(frozen.segmentId);
    book.done = counted(book.done, frozen);
    return Promise.resolve(true);
  }

  silentRanges(taskId: string, beforeMs: number, limit: number): Promise<Range[]> {
    const silent = this.#ranges(taskId)
      .filter((range) => range.state === 'open' && range.rungAtMs < beforeMs && range.movedAtMs < beforeMs)
      .toSorted((a, b) => a.rungAtMs - b.rungAtMs || compareKeys(a.rangeId, b.rangeId));
    return Promise.resolve(silent.slice(0, limit));
  }

  silentSegments(taskId: string, beforeMs: number, limit: number): Promise<Segment[]> {
    const silent = this.#segments(taskId)
      .filter((segment) => !segment.done && segment.rungAtMs < beforeMs && segment.movedAtMs < beforeMs)
      .toSorted((a, b) => a.rungAtMs - b.rungAtMs || compareKeys(a.segmentId, b.segmentId));
    return Promise.resolve(silent.slice(0, limit));
  }

  rang({ taskId, rangeIds, segmentIds, nowMs }: Args<'rang'>): Promise<void> {
    const book = this.#books.get(taskId);
    if (book !== undefined) {
      ring(book.ranges, rangeIds, nowMs);
      ring(book.segments, segmentIds, nowMs);
    }
    return Promise.resolve();
  }

  moving({ taskId, segmentIds, parts, nowMs }: Args<'moving'>): Promise<void> {
    const book = this.#books.get(taskId);
    for (const id of segmentIds) {
      const segment = book?.segments.get(id);
      if (book === undefined || segment?.done !== false) continue;
      book.segments.set(id, { ...segment, rings: 0, rungAtMs: nowMs, movedAtMs: nowMs });
      const known = book.parts.get(id) ?? new Map<string, number>();
      book.parts.set(id, known);
      for (const { segmentId, name, bytes } of parts)
        if (segmentId === id && !known.has(name)) known.set(name, bytes);
    }
    return Promise.resolve();
  }

  ending(taskId: string): Promise<Ending> {
    return Promise.resolve(this.#endings.get(taskId) ?? NO_ENDING);
  }

  moveEnding({ taskId, ending }: Args<'moveEnding'>): Promise<boolean> {
    const { step } = this.#endings.get(taskId) ?? NO_ENDING;
    const moves = step === ending.step - 1;
    if (moves) this.#endings.set(taskId, ending);
    return Promise.resolve(moves);
  }

  unconfirmedEnds({ fromMs, beforeMs, limit }: Args<'unconfirmedEnds'>): Promise<string[]> {
    const ended = [...this.#books.values()].flatMap(({ row: { taskId, finishedAtMs = -1 } }) =>
      finishedAtMs >= fromMs && finishedAtMs < beforeMs && !this.#confirmed.has(taskId) ? [taskId] : [],
    );
    return Promise.resolve(ended.toSorted(compareKeys).slice(0, limit));
  }

  confirmEnd(taskId: string): Promise<void> {
    this.#confirmed.add(taskId);
    return Promise.resolve();
  }

  noteUses({ taskId, uses }: Args<'noteUses'>): Promise<void> {
    const known = this.#uses.get(taskId) ?? new Map<number, PartitionUse>();
    this.#uses.set(taskId, known);
    for (const use of uses) known.set(use.partition, use);
    return Promise.resolve();
  }

  uses(taskId: string): Promise<PartitionUse[]> {
    const uses = [...(this.#uses.get(taskId)?.values() ?? [])];
    return Promise.resolve(uses.toSorted((a, b) => a.partition - b.partition));
  }

  division(taskId: string): Promise<Division> {
    return Promise.resolve(this.#divisions.get(taskId) ?? NO_DIVISION);
  }

  moveDivision({ taskId, division }: Args<'moveDivision'>): Promise<boolean> {
    const { step } = this.#divisions.get(taskId) ?? NO_DIVISION;
    const moves = step === division.step - 1;
    if (moves) this.#divisions.set(taskId, division);
    return Promise.resolve(moves);
  }

  totals(taskId: string): ReturnType<Table['totals']> {
    const book = this.#books.get(taskId);
    return Promise.resolve(book === undefined ? NO_TOTALS : totalsOf(book));
  }

  rangeTotals(taskId: string): ReturnType<Table['rangeTotals']> {
    const ranges = [...(this.#books.get(taskId)?.ranges.values() ?? [])];
    const listed = ranges.reduce((sum, range) => sum + range.listed.objects, 0);
    const rangesOpen = ranges.filter((range) => range.state === 'open').length;
    return Promise.resolve({ ranges: ranges.length, rangesOpen, listed });
  }

  failedSegments(taskId: string, afterSegmentId: string, limit: number): Promise<Segment[]> {
    const page = this.#segments(taskId)
      .filter((segment) => segment.failed > 0 && compareKeys(segment.segmentId, afterSegmentId) > 0)
      .toSorted((a, b) => compareKeys(a.segmentId, b.segmentId));
    return Promise.resolve(page.slice(0, limit));
  }

  /** Keeps everything: another handle may go on. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Plants a further range, as a planner that splits its own would: for tests of what no method of the port makes. */
  plantRange(range: Parameters<typeof newRange>[0]): void {
    this.#books.get(range.taskId)?.ranges.set(range.rangeId, newRange(range));
  }

  #ranges(taskId: string): Range[] {
    return [...(this.#books.get(taskId)?.ranges.values() ?? [])];
  }

  #segments(taskId: string): Segment[] {
    return [...(this.#books.get(taskId)?.segments.values() ?? [])];
  }
}

function ring<R extends Range | Segment>(rows: Map<string, R>, ids: readonly string[], nowMs: number): void {
  for (const id of new Set(ids)) {
    const row = rows.get(id);
    if (row !== undefined) rows.set(id, { ...row, rungAtMs: nowMs, rings: row.rings + 1 });
  }
}

function duplicate(segmentId: string): StoreError {
  return new StoreError(`segment ${segmentId} is there already`, { code: 'unknown', operation: 'advance' });
}
