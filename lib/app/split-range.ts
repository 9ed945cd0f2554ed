/**
 * Splitting: a range of many keys is listed by many planners. Whoever lists a range splits what is left of it where
 * fewer ranges are open than could be listed at once, at keys that exist, and rings for the new ones.
 */
import { StoreError } from '../core/errors.ts';
import {
  type Company,
  companyWanted,
  FORKING,
  type Forking,
  partsDue,
  partsPaid,
  SOUNDING,
  splitKeysMin,
} from '../core/forking.ts';
import { KeySpace } from '../core/key-space.ts';
import { compareKeys, ownText } from '../core/keys.ts';
import type { Entry } from '../core/object.ts';
import type { Task } from '../core/task.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Stores } from '../ports/stores.ts';
import type { Range, Table } from '../ports/table.ts';
import { ringRange } from './ring.ts';
import { type Rest, SplitSearch } from './split-search.ts';

/** Of the keys listed, one in so many is learned from; no round number, which a counter's last digit would hide behind. */
const LEARN_EVERY = 61;
/** A look that found nothing to split puts the next one off for so much longer. */
const IN_VAIN_FACTOR = 3;
/** Of what was listed: how far the places are apart from which the density of keys is taken. */
const MARK_PART = 1 / 8;

/** A key, and how many were listed before it. */
interface Mark {
  readonly key: string;
  readonly keys: number;
}

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
  /** Listed here. */
  private keys = 0;
  /** The first key, and two on the way: the last quarter or so of what was listed lies behind the first of the two. */
  private marks: readonly Mark[] = [];
  private lookAtKeys: number;
  /** The first range is split before that only where it is known to go on for long. */
  private readonly smallUntilKeys: number;
  /** Made by this planner. */
  private probes = 0;
  /** Behind all keys of the range, where that is nearer than its bound. */
  private end: string | undefined;

  constructor(ports: SplitPorts & { readonly forking?: Forking }, task: Task, range: Range) {
    this.ports = ports;
    this.task = task;
    this.range = range;
    this.forking = ports.forking ?? FORKING;
    if (range.upTo !== undefined) this.space.bounded();
    const { afterKeys, lookEveryKeys } = this.forking;
    this.smallUntilKeys = this.isFirst ? afterKeys - range.listed.objects : 0;
    const untilSounding = this.isFirst ? afterKeys * SOUNDING.after - range.listed.objects : 0;
    this.lookAtKeys = Math.max(lookEveryKeys, untilSounding);
  }

  /** Entries of the listing, in its order: what is left is judged by their keys. */
  saw(entries: readonly Entry[]): void {
    this.mark(entries[0]?.key);
    for (let i = 0; i < entries.length; i += LEARN_EVERY) this.space.learnListed(entries[i]?.key ?? '');
    this.keys += entries.length;
  }

  /** Splits the rest if company is wanted and worth it. Answers the new bound, or that another planner was first. */
  async split(rest: Rest, signal: AbortSignal): Promise<Pick<Rest, 'upTo'> | 'overtaken'> {
    if (this.keys < this.lookAtKeys || this.task.source.manifest !== undefined) return rest;
    this.lookAtKeys = this.keys + this.forking.lookEveryKeys;
    for (const key of [rest.after, rest.upTo]) if (key !== undefined) this.space.learn(key);
    const company = await this.companyWanted(rest);
    if (company === undefined) return rest;
    const keys = await this.placesFor(company, rest, signal);
    if (keys.length > 0) return this.splitAt(keys, rest);
    const nextKeys = this.keys + this.forking.lookEveryKeys * IN_VAIN_FACTOR;
    this.lookAtKeys = Math.max(nextKeys, this.smallUntilKeys);
    return rest;
  }

  /** Of the task: what the first planner lists. */
  private get isFirst(): boolean {
    return this.range.after === '';
  }

  /**
   * Where a range without a bound ends, about; false where it is too short to be split. A call or two far ahead cost less
   * than to look for the end: a range that was cut off behind the last key found is most often short.
   */
  private async findsEnd(search: SplitSearch, partKeys: number): Promise<boolean> {
    const first = this.marks[0]?.key ?? '';
    const reaches = (ahead: number) => search.reaches(first, 1 + ahead / this.keys);
    if (!this.isFirst && !(await reaches(2 * partKeys))) return false;
    const isKnown = this.isFirst && this.keys >= this.smallUntilKeys;
    const isLong = isKnown || (await reaches(this.forking.afterKeys * SOUNDING.ahead));
    if (this.isFirst && !isLong) return false;
    if (isLong || search.end === undefined) await search.findEnd();
    return true;
  }

  /** A store that does not answer a probe is no reason to stop listing: there is just no place to split at. */
  private async placesFor(
    { parts, partKeys, spareCalls }: Company,
    rest: Rest,
    signal: AbortSignal,
  ): Promise<string[]> {
    const { stores, log } = this.ports;
    const { prefix } = this.task.source;
    const end = nearer(this.end, rest.upTo);
    const search = new SplitSearch(
      stores.source(this.task),
      { prefix, space: this.space, rest, end },
      signal,
    );
    try {
      if (end === undefined && !(await this.findsEnd(search, partKeys))) return [];
      const toEnd = search.probes;
      return await search.keys(() => {
        this.end = search.end;
        const left = this.keysLeft(rest) ?? Infinity;
        const paid = partsPaid(this.keys + left, this.probes + toEnd, spareCalls, this.forking);
        const worth = Math.max(1 + paid, partsDue(left, this.forking));
        return Math.floor(Math.min(parts, left / partKeys, worth));
      });
    } catch (error) {
      if (signal.aborted || !(error instanceof StoreError)) throw error;
      const { taskId, rangeId } = this.range;
      log.warn('range not split', { taskId, rangeId, problem: error.message });
      return [];
    } finally {
      this.end = search.end;
      this.probes += search.probes;
    }
  }

  /** By chance, so that of many planners that see the same few places free about as many take them. */
  private async companyWanted(rest: Rest): Promise<Company | undefined> {
    const keysLeft = this.keysLeft(rest) ?? Infinity;
    if (keysLeft < splitKeysMin(this.forking)) return undefined;
    const company = companyWanted(await this.ports.table.rangeTotals(this.range.taskId), this.forking);
    if (company === undefined || keysLeft < 2 * company.partKeys) return undefined;
    return this.ports.dice.random() < company.chance ? company : undefined;
  }

  private mark(key: string | undefined): void {
    const [first, , newest] = this.marks;
    if (key === undefined) return;
    const mark = { key: ownText(key), keys: this.keys };
    if (first === undefined || newest === undefined) this.marks = [mark, mark, mark];
    else if (this.keys - newest.keys >= this.keys * MARK_PART) this.marks = [first, newest, mark];
  }

  /**
   * An estimate, from all that was listed and from the last of it: the higher, for in a crowd of keys the way before it
   * tells nothing, and what is probed in vain corrects it. Undefined where there is nothing to base it on.
   */
  private keysLeft({ after, upTo }: Rest): number | undefined {
    const end = nearer(this.end, upTo);
    if (end === undefined) return undefined;
    if (compareKeys(end, after) <= 0) return 0;
    const estimates = this.marks.slice(0, 2).flatMap(({ key, keys }) => {
      const part = this.space.progress(after, { from: key, to: end }) ?? 0;
      return part === 0 ? [] : [((this.keys - keys) * (1 - part)) / part];
    });
    return estimates.length === 0 ? undefined : Math.max(...estimates);
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
