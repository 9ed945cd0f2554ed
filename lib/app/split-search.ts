/**
 * Where a range can be split: keys are proposed that would cut it into even parts, and each is tried with a listing of
 * one key. What is found there exists, and a split lies at it; between the proposal and what was found there is
 * nothing, which the next proposals leave out.
 */
import { type KeySpace, LAST_POINT, type Span } from '../core/key-space.ts';
import { compareKeys, ownText } from '../core/keys.ts';
import type { ObjectSource, SourcePage } from '../ports/object-source.ts';
import { PAGE_KEYS } from './feed.ts';

export interface Rest {
  readonly after: string;
  readonly upTo: string | undefined;
}

/** Tried together where the end of the keys is looked for: each round narrows it down that many times. */
const END_PROBES = 3;
/** From the first digit of a counter to within some percent of its end. */
const END_ROUNDS = 3;
/** Of the places wanted so many are tried, round by round: each learns from what the ones before it found. */
const ROUNDS = [1 / 4, 1 / 2, 1];
/** So many of the places looked for are worth no further round. */
const ENOUGH = 3 / 4;
/** Places closer to each other than half of an even part are as good as one. */
const NEAR = 1 / 2;
/** Fewer at a time would take many rounds where a gap hides the keys. */
const PROBES_MIN = 2;
/** A longer `start-after` may be refused: no key is longer. */
const KEY_BYTES_MAX = 1_023;

export class SplitSearch {
  readonly #source: ObjectSource;
  readonly #prefix: string;
  readonly #space: KeySpace;
  readonly #rest: Rest;
  readonly #signal: AbortSignal;
  readonly #found = new Set<string>();
  /** Made so far. */
  probes = 0;
  #end: string | undefined;
  /** The last key found is near the end: what lies behind it is short. */
  #lastIsNear = false;

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
    this.#end = args.end;
  }

  /** Behind all keys of the rest, as far as is known; undefined where nothing is. */
  get end(): string | undefined {
    return this.#end;
  }

  /**
   * Keys of the rest that cut it into parts of about one size, ascending, and no more parts than are wanted: asked
   * before each round, for what it found tells more of what is left.
   */
  async keys(partsWanted: () => number): Promise<string[]> {
    let keys: string[] = [];
    for (const [round, share] of ROUNDS.entries()) {
      const wanted = partsWanted() - 1;
      if (wanted < 1) return [];
      const isInVain = round > 0 && keys.length === 0;
      await this.#propose(Math.max(isInVain ? PROBES_MIN : 1, Math.ceil(wanted * share)));
      keys = this.#evenly(wanted);
      if (keys.length >= wanted * ENOUGH) break;
    }
    return keys;
  }

  /**
   * Whether the keys go on `times` as far as they were listed from `first` on: a page is there, and more behind it.
   * Also false where the space that is known ends before that.
   */
  async reaches(first: string, times: number): Promise<boolean> {
    const place = this.#placeBeyond(first, times);
    if (place === undefined) return false;
    const page = await this.#pageBehind(place, PAGE_KEYS);
    return page?.truncated === true;
  }

  /** Measured within the text that keys have begun with so far, or within a shorter one, as arithmetic has its limits. */
  #placeBeyond(first: string, times: number): string | undefined {
    const points = [...first];
    const { after } = this.#rest;
    const [least, most] = [[...this.#prefix].length, Math.min(points.length, this.#space.turned)];
    for (let length = most; length >= least; length--) {
      const span = { from: first, to: points.slice(0, length).join('') + LAST_POINT };
      const part = (this.#space.progress(after, span) ?? 0) * times;
      if (part > 0 && part < 1) return this.#space.keyAt(part, span);
    }
    return undefined;
  }

  /** Nearer and nearer: first the text that all keys that are left begin with, then how far they reach below it. */
  async findEnd(): Promise<void> {
    await this.#findPrefix();
    for (let round = 0; round < END_ROUNDS; round++) {
      const span = { from: this.#last ?? this.#rest.after, to: this.#bound };
      const found = await this.#tryAll(this.#space.cuts(span, END_PROBES - 1));
      this.#lastIsNear = found.at(-1) === undefined;
      if (!this.#lastIsNear) break;
    }
    this.#end = this.#bound;
    this.#space.bounded();
  }

  /** The longest beginning of the first key behind which nothing follows: the shorter, the surer. */
  async #findPrefix(): Promise<void> {
    const points = [...this.#rest.after];
    let least = [...this.#prefix].length;
    let most = Math.min(points.length, this.#space.turned + 1);
    while (most > least && this.#last?.startsWith(points.slice(0, most).join('')) === false) most--;
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

  /** Tries keys that cut the rest into so many parts and one, where none was found nearby. */
  async #propose(wanted: number): Promise<void> {
    const near = NEAR / (wanted + 1);
    const found = [...this.#found].map((key) => this.#placeOf(key));
    const isNew = (place: number) => found.every((other) => Math.abs(other - place) >= near);
    await this.#tryAll(this.#space.cuts(this.#span, wanted).filter((cut) => isNew(this.#placeOf(cut))));
  }

  /** What is to be cut: up to the last key found where that is near the end. */
  get #span(): Span {
    const to = this.#lastIsNear ? this.#last : undefined;
    return { from: this.#rest.after, to: to ?? this.#bound };
  }

  get #bound(): string {
    return this.#end ?? this.#prefix + LAST_POINT;
  }

  /** No key is left behind that place. */
  #endsBy(place: string): void {
    if (compareKeys(place, this.#bound) < 0) this.#end = place;
  }

  /** The last key that was found. */
  get #last(): string | undefined {
    return [...this.#found].sort(compareKeys).at(-1);
  }

  #placeOf(key: string): number {
    return this.#space.progress(key, this.#span) ?? 1;
  }

  /** What was found, as evenly as it goes: never more than are wanted. */
  #evenly(wanted: number): string[] {
    for (let part = NEAR; ; part += NEAR / 4) {
      const keys = this.#apart(part / (wanted + 1));
      if (keys.length <= wanted) return keys;
    }
  }

  /**
   * What was found, without keys that lie closer behind the one before than that part of the way. Near the end the last
   * key stays: the range behind it, which nobody can estimate, is short.
   */
  #apart(near: number): string[] {
    const last = this.#lastIsNear ? this.#last : undefined;
    let before = 0;
    return [...this.#found].sort(compareKeys).filter((key) => {
      const at = this.#placeOf(key);
      if (at - before < near && key !== last) return false;
      before = at;
      return true;
    });
  }

  async #tryAll(starts: readonly string[]): Promise<(string | undefined)[]> {
    return Promise.all(starts.map((start) => this.#firstBehind(start)));
  }

  /** The first key of the rest behind this one, unless it is the rest's last. */
  async #firstBehind(start: string): Promise<string | undefined> {
    const page = await this.#pageBehind(start, 1);
    return page?.entries[0]?.key;
  }

  /** Keys behind this one, the first of them of the rest; undefined where none is. */
  async #pageBehind(start: string, keysMax: number): Promise<SourcePage | undefined> {
    const { after, upTo } = this.#rest;
    // Arithmetic may fall behind what was listed: it tells nothing there, and a split would be refused.
    if (compareKeys(start, after) <= 0 || Buffer.byteLength(start) > KEY_BYTES_MAX) return undefined;
    this.probes++;
    const page = await this.#source.list({ prefix: this.#prefix, after: start, keysMax }, this.#signal);
    const key = page.entries[0]?.key;
    if (key === undefined || (upTo !== undefined && compareKeys(key, upTo) >= 0)) {
      this.#endsBy(start);
      return undefined;
    }
    const first = ownText(key);
    // The listing ends with this page: its last key is the last of all.
    const last = page.truncated ? undefined : page.entries.at(-1)?.key;
    if (last !== undefined) this.#endsBy(ownText(last));
    this.#space.learn(first);
    this.#space.learnGap({ from: start, to: first });
    this.#found.add(first);
    return page;
  }
}
