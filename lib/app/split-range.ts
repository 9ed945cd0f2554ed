/**
 * Splitting: a range of many keys is listed by many planners. Whoever lists a range splits what is left of it where
 * fewer ranges are open than could be listed at once, at keys that exist, and rings for the new ones.
 */
import { StoreError } from '../core/errors.ts';
import { KeySpace } from '../core/key-space.ts';
import { compareKeys } from '../core/keys.ts';
import type { Task } from '../core/task.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Stores } from '../ports/stores.ts';
import type { Range, Table } from '../ports/table.ts';
import { ringRange } from './ring.ts';
import { type Rest, SplitSearch } from './split-search.ts';

export interface Forking {
  /** Ranges that are listed at once where there is enough to list. */
  readonly parallelism: number;
  /** The first range is listed that far before it is split: a small task needs no company. */
  readonly afterKeys: number;
  /** A part costs a probe and half a page at its end: parts of this many keys keep that under a tenth. */
  readonly partKeysMin: number;
  /** How often a planner looks whether company is wanted. */
  readonly lookEveryKeys: number;
}

export const FORKING: Forking = {
  parallelism: 64,
  afterKeys: 50_000,
  partKeysMin: 20_000,
  lookEveryKeys: 3_000,
};

/** Of the keys listed, one in so many is learned from; no round number, which a counter's last digit would hide behind. */
const LEARN_EVERY = 61;
/** A look that found nothing to split puts the next one off for so much longer. */
const IN_VAIN_FACTOR = 4;
/** Ranges open beyond those that are listed at once: who ends one finds the next waiting. */
const SPARE = 1 / 8;
/** Where fewer ranges were made than the keys listed would allow, parts may be so much smaller: the end of a task goes by them. */
const SMALL_PART = 1 / 8;

interface SplitPorts {
  readonly stores: Stores;
  readonly table: Table;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
}

export class RangeSplitter {
  private readonly ports: SplitPorts;
  private readonly task: Task;
  private readonly range: Range;
  private readonly forking: Forking;
  private readonly space = new KeySpace();
  /** Listed here; the first key of it. */
  private keys = 0;
  private first: string | undefined;
  private lookAtKeys: number;
  /** Behind all keys of the range, where that is nearer than its bound. */
  private end: string | undefined;

  constructor(ports: SplitPorts & { readonly forking?: Forking }, task: Task, range: Range) {
    this.ports = ports;
    this.task = task;
    this.range = range;
    this.forking = ports.forking ?? FORKING;
    const isRoot = range.after === '';
    const untilForking = isRoot ? this.forking.afterKeys - range.listed.objects : 0;
    this.lookAtKeys = Math.max(this.forking.lookEveryKeys, untilForking);
  }

  /** Keys of the listing, in its order: what is left is judged by them. */
  saw(keys: readonly string[]): void {
    this.first ??= keys[0];
    for (let i = 0; i < keys.length; i += LEARN_EVERY) this.space.learnListed(keys[i] ?? '');
    this.keys += keys.length;
  }

  /** Splits the rest if company is wanted and worth it. Answers the new bound, or that another planner was first. */
  async split(rest: Rest, signal: AbortSignal): Promise<Pick<Rest, 'upTo'> | 'overtaken'> {
    if (this.keys < this.lookAtKeys || this.task.source.manifest !== undefined) return rest;
    this.lookAtKeys = this.keys + this.forking.lookEveryKeys;
    for (const key of [rest.after, rest.upTo]) if (key !== undefined) this.space.learn(key);
    const parts = await this.partsWanted(rest);
    if (parts < 2) return rest;
    const keys = await this.placesFor(parts, rest, signal);
    if (keys.length > 0) return this.splitAt(keys, rest);
    this.lookAtKeys = this.keys + this.forking.lookEveryKeys * IN_VAIN_FACTOR;
    return rest;
  }

  /** A store that does not answer a probe is no reason to stop listing: there is just no place to split at. */
  private async placesFor(parts: number, rest: Rest, signal: AbortSignal): Promise<string[]> {
    const { stores, log } = this.ports;
    const { prefix } = this.task.source;
    const end = nearer(this.end, rest.upTo);
    const search = new SplitSearch(
      stores.source(this.task),
      { prefix, space: this.space, rest, end },
      signal,
    );
    try {
      const isEndNew = end === undefined;
      if (isEndNew) await search.findEnd();
      this.end = search.end;
      const worth = isEndNew ? (this.keysLeft(rest) ?? Infinity) / this.forking.partKeysMin : Infinity;
      const keys = await search.keys(Math.floor(Math.min(parts, worth)) - 1);
      this.end = search.end;
      return keys;
    } catch (error) {
      if (signal.aborted || !(error instanceof StoreError)) throw error;
      const { taskId, rangeId } = this.range;
      log.warn('range not split', { taskId, rangeId, problem: error.message });
      return [];
    }
  }

  /** By chance, so that of many planners that see the same few places free about as many take them. */
  private async partsWanted(rest: Rest): Promise<number> {
    const { parallelism, partKeysMin } = this.forking;
    const keysLeft = this.keysLeft(rest) ?? Infinity;
    if (keysLeft < 2 * partKeysMin * SMALL_PART) return 1;
    const { ranges, rangesOpen: open, listed } = await this.ports.table.totals(this.range.taskId);
    const paid = 1 + Math.floor(listed.objects / partKeysMin) - ranges;
    const smallest = partKeysMin * Math.min(1, Math.max(SMALL_PART, open / parallelism));
    const worth = Math.max(keysLeft / partKeysMin, Math.min(keysLeft / smallest, paid));
    const free = (open === 1 ? parallelism : Math.ceil(parallelism * (1 + SPARE))) - open;
    if (this.ports.dice.random() * open >= free) return 1;
    return Math.floor(Math.min(1 + Math.ceil(free / Math.max(1, open)), worth));
  }

  /** An estimate; undefined where there is nothing to base it on. */
  private keysLeft({ after, upTo }: Rest): number | undefined {
    const end = nearer(this.end, upTo);
    if (this.first === undefined || end === undefined) return undefined;
    if (compareKeys(end, after) <= 0) return 0;
    const part = this.space.progress(after, { from: this.first, to: end });
    return part === undefined || part === 0 ? undefined : (this.keys * (1 - part)) / part;
  }

  /** From the last key to the first: each split cuts off the range's end. */
  private async splitAt(keys: readonly string[], rest: Rest): Promise<Pick<Rest, 'upTo'> | 'overtaken'> {
    const { table, queue, clock, dice, log } = this.ports;
    const { taskId, rangeId } = this.range;
    const newIds: string[] = [];
    let { upTo } = rest;
    for (const at of keys.toReversed()) {
      const newRangeId = dice.unique();
      const nowMs = clock.now();
      if (!(await table.split({ taskId, rangeId, expectedUpTo: upTo, at, newRangeId, nowMs }))) break;
      upTo = at;
      newIds.push(newRangeId);
    }
    if (newIds.length > 0) {
      await ringRange(queue, ...newIds.map((newId) => ({ taskId, rangeId: newId })));
      await table.rang({ taskId, rangeIds: newIds, segmentIds: [], nowMs: clock.now() });
      log.info('range split', { taskId, rangeId, parts: newIds.length + 1 });
    }
    return newIds.length === keys.length ? { upTo } : 'overtaken';
  }
}

function nearer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareKeys(a, b) < 0 ? a : b;
}
