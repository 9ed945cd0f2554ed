/**
 * Where a range can be split: keys are proposed that would cut it into even parts, and each is tried with a listing of
 * one key. What is found there exists, and a split lies at it; between the proposal and what was found there is
 * nothing, which the next proposals leave out.
 */
import { type KeySpace, LAST_POINT, type Span } from '../core/key-space.ts';
import { compareKeys } from '../core/keys.ts';
import type { ObjectSource } from '../ports/object-source.ts';

export interface Rest {
  readonly after: string;
  readonly upTo: string | undefined;
}

/** Tried together where the end of the keys is looked for: each round narrows it down that many times. */
const END_PROBES = 8;
/** From the first digit of a counter to within some percent of its end. */
const END_ROUNDS_MAX = 2;
/** Rounds of proposals, each between what the one before it found. */
const ROUNDS_MAX = 3;
/** So many of the places looked for are worth no further round. */
const ENOUGH = 3 / 4;
/** Fewer at a time would take many rounds where a gap hides the keys. */
const PROBES_MIN = 3;
/** A longer `start-after` may be refused: no key is longer. */
const KEY_BYTES_MAX = 1_023;

export class SplitSearch {
  readonly #source: ObjectSource;
  readonly #prefix: string;
  readonly #space: KeySpace;
  readonly #rest: Rest;
  readonly #signal: AbortSignal;
  readonly #found = new Set<string>();
  #end: string;

  constructor(
    source: ObjectSource,
    args: {
      readonly prefix: string;
      readonly space: KeySpace;
      readonly rest: Rest;
      /** Behind all keys of the rest, as far as is known; undefined where nobody has looked. */
      readonly end: string | undefined;
    },
    signal: AbortSignal,
  ) {
    this.#source = source;
    this.#prefix = args.prefix;
    this.#space = args.space;
    this.#rest = args.rest;
    this.#signal = signal;
    this.#end = args.end ?? args.prefix + LAST_POINT;
  }

  /** Behind all keys of the rest, as far as is known. */
  get end(): string {
    return this.#end;
  }

  /** About `wanted` keys of the rest or fewer, ascending, that cut it into parts of about one size. */
  async keys(wanted: number): Promise<string[]> {
    if (wanted < 1) return [];
    let keys = await this.#propose(wanted);
    for (let round = 1; round < ROUNDS_MAX && keys.length < wanted * ENOUGH; round++) {
      await this.#propose(Math.max(PROBES_MIN, wanted - keys.length));
      keys = this.#evenly([...this.#found], wanted);
    }
    return keys;
  }

  /** Nearer and nearer: first the text that all keys that are left begin with, then how far they reach below it. */
  async findEnd(): Promise<void> {
    await this.#findPrefix();
    for (let round = 0; round < END_ROUNDS_MAX; round++) await this.#propose(END_PROBES - 1);
    this.#space.bounded();
  }

  /** The longest beginning of the first key behind which nothing follows: the shorter, the surer. */
  async #findPrefix(): Promise<void> {
    const points = [...this.#rest.after];
    let least = [...this.#prefix].length;
    let most = Math.min(points.length, this.#space.turned + 1);
    while (most > least) {
      const step = Math.max(1, Math.ceil((most - least) / END_PROBES));
      const lengths: number[] = [];
      for (let length = least + step; length < most; length += step) lengths.push(length);
      lengths.push(most);
      const found = await this.#tryAll(
        lengths.map((length) => points.slice(0, length).join('') + LAST_POINT),
      );
      const first = found.findIndex((key) => key !== undefined);
      least = (first < 0 ? most : lengths[first - 1]) ?? least;
      most = first < 0 ? most : (lengths[first] ?? most) - 1;
    }
  }

  /** Tries keys that cut the rest into even parts; answers what was found, ascending. */
  async #propose(count: number): Promise<string[]> {
    const found = await this.#tryAll(this.#space.cuts(this.#span, count));
    return [...new Set(found.filter((key) => key !== undefined))];
  }

  get #span(): Span {
    return { from: this.#rest.after, to: this.#end };
  }

  /** Without those that lie closer behind the last one than half of an even part. */
  #evenly(keys: readonly string[], wanted: number): string[] {
    const near = 0.5 / (wanted + 1);
    let last = 0;
    return keys.toSorted(compareKeys).filter((key) => {
      const at = this.#space.progress(key, this.#span) ?? 1;
      if (at - last < near) return false;
      last = at;
      return true;
    });
  }

  async #tryAll(starts: readonly string[]): Promise<(string | undefined)[]> {
    return Promise.all(starts.map((start) => this.#firstBehind(start)));
  }

  /** The first key of the rest behind this one, unless it is the rest's last. */
  async #firstBehind(start: string): Promise<string | undefined> {
    if (Buffer.byteLength(start) > KEY_BYTES_MAX) return undefined;
    const request = { prefix: this.#prefix, after: start, keysMax: 1 };
    const { entries } = await this.#source.list(request, this.#signal);
    const key = entries[0]?.key;
    const { after, upTo } = this.#rest;
    if (key === undefined || (upTo !== undefined && compareKeys(key, upTo) >= 0)) {
      if (compareKeys(start, this.#end) < 0 && compareKeys(start, after) > 0) this.#end = start;
      return undefined;
    }
    this.#space.learn(key);
    this.#space.learnGap({ from: start, to: key });
    this.#found.add(key);
    return key;
  }
}
