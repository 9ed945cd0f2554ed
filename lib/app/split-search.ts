/**
 * Where a range can be split: keys are proposed by interpolation, and each is tried with a listing of one key. What is
 * found there exists, and a split lies at it; where nothing is found, the range ends before the proposal.
 */
import { type KeySpace, LAST_POINT } from '../core/key-space.ts';
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
/** A longer `start-after` may be refused: no key is longer. */
const KEY_BYTES_MAX = 1_023;

export class SplitSearch {
  readonly #source: ObjectSource;
  readonly #prefix: string;
  readonly #space: KeySpace;
  readonly #rest: Rest;
  readonly #signal: AbortSignal;
  readonly #found = new Set<string>();
  readonly #isEndKnown: boolean;
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
    this.#isEndKnown = args.end !== undefined;
    this.#end = args.end ?? args.prefix + LAST_POINT;
  }

  /** Behind all keys of the rest, as far as is known. */
  get end(): string {
    return this.#end;
  }

  /** At most `wanted` keys of the rest, ascending, that cut it into parts of about one size. */
  async keys(wanted: number): Promise<string[]> {
    const direct = this.#isEndKnown ? await this.#propose(wanted) : [];
    if (direct.length * 2 > wanted) return thinned(direct, wanted);
    await this.#findEnd();
    const found = await this.#propose(wanted);
    return thinned(found.length * 2 > wanted ? found : this.#found, wanted);
  }

  /** Nearer and nearer: first the text that all keys that are left begin with, then how far they reach below it. */
  async #findEnd(): Promise<void> {
    await this.#findPrefix();
    for (let round = 0; round < END_ROUNDS_MAX; round++) await this.#propose(END_PROBES - 1);
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
    this.#ends(points.slice(0, least).join('') + LAST_POINT);
  }

  /** Tries keys at even distances; the first one with nothing behind it is the new end. */
  async #propose(count: number): Promise<string[]> {
    const span = { from: this.#rest.after, to: this.#end };
    const proposals = new Set<string>();
    for (let number = 1; number <= count; number++) {
      const key = this.#space.between(span, number / (count + 1));
      if (key !== undefined) proposals.add(key);
    }
    const tried = [...proposals];
    const found = await this.#tryAll(tried);
    const end = tried[found.indexOf(undefined)];
    if (end !== undefined) this.#ends(end);
    return [...new Set(found.filter((key) => key !== undefined))];
  }

  #ends(end: string): void {
    if (compareKeys(end, this.#end) < 0 && compareKeys(end, this.#rest.after) > 0) this.#end = end;
  }

  async #tryAll(starts: readonly string[]): Promise<(string | undefined)[]> {
    return Promise.all(starts.map((start) => this.#firstBehind(start)));
  }

  /** The first key of the rest behind this one, unless it is the rest's last. */
  async #firstBehind(after: string): Promise<string | undefined> {
    if (Buffer.byteLength(after) > KEY_BYTES_MAX) return undefined;
    const request = { prefix: this.#prefix, after, keysMax: 1 };
    const { entries } = await this.#source.list(request, this.#signal);
    const key = entries[0]?.key;
    const { upTo } = this.#rest;
    if (key === undefined || (upTo !== undefined && compareKeys(key, upTo) >= 0)) return undefined;
    this.#space.learn(key);
    this.#found.add(key);
    return key;
  }
}

/** So many of them, in order, and those between left out evenly. */
function thinned(keys: Iterable<string>, wanted: number): string[] {
  const sorted = [...keys].sort(compareKeys);
  if (sorted.length <= wanted) return sorted;
  return Array.from(
    { length: wanted },
    (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / wanted)] ?? '',
  );
}
