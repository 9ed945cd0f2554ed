/**
 * Arithmetic on keys: how far a key lies on the way from one to another, and which keys would cut the way into parts.
 * A key is read as a number with one digit a code point, as the order of code points is the order of UTF-8 bytes;
 * which digits a position may hold is learned from keys seen, and stretches where nothing was found count for nothing.
 * An estimate only: nothing that must be right hangs on it.
 */
import { type Alphabet, alphabetOf } from './alphabet.ts';
import { compareKeys } from './keys.ts';
import { lengthBelow, lengthOf, placeAt, type Stretch, without } from './stretches.ts';

/** Two keys of the space, and all between them. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Behind every key that begins with the same text. */
export const LAST_POINT = '\u{10ffff}';
/** Positions beyond are not learned; a key has at most 1,023. */
const POSITIONS_MAX = 1_024;
const PRECISION = 2 ** -52;
/** The oldest are forgotten: they bound the work of an estimate. */
const GAPS_MAX = 256;

/** Number of code points that two keys begin with in common. */
function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

export class KeySpace {
  /** Code points seen at each position. */
  readonly #seen: Set<number>[] = [];
  readonly #alphabets = new Map<number, Alphabet>();
  readonly #gaps: Span[] = [];
  #first: readonly number[] | undefined;
  /** Positions before this one have not changed among the keys of one run of the listing, or only once in a while. */
  #turned = Infinity;
  #isBounded = false;

  /** A key of the listing's run: the positions behind the first one that changes have seen all their values. */
  learnListed(key: string): void {
    const points = pointsOf(key);
    this.#learn(points);
    const first = (this.#first ??= points);
    const changed = commonLength(points, first);
    if (changed < Math.max(points.length, first.length) && changed < this.#turned) {
      this.#turned = changed;
      this.#alphabets.clear();
    }
  }

  /** A key from elsewhere. */
  learn(key: string): void {
    this.#learn(pointsOf(key));
  }

  /** Nothing lies between the two, which the span leaves out. */
  learnGap(gap: Span): void {
    this.#gaps.push(gap);
    if (this.#gaps.length > GAPS_MAX) this.#gaps.shift();
  }

  /** The ends of the space were looked for: what was not seen by now is not likely to be there. */
  bounded(): void {
    this.#isBounded = true;
    this.#alphabets.clear();
  }

  /** The first position that changed in the listing's run: those before it may hold more than was seen. */
  get turned(): number {
    return this.#turned;
  }

  /** The part of the way from `from` to `to` at which `key` lies, 0 to 1; undefined where the two cannot be told apart. */
  progress(key: string, span: Span): number | undefined {
    const way = this.#way(span);
    const length = lengthOf(way.stretches);
    if (length <= PRECISION) return undefined;
    const at = this.#value(pointsOf(key), way.common.length);
    return Math.min(1, lengthBelow(way.stretches, at) / length);
  }

  /** So many keys, or fewer, that cut the way into even parts: ascending, strictly between its ends. */
  cuts(span: Span, count: number): string[] {
    return this.#keysAt(
      Array.from({ length: count }, (_, i) => (i + 1) / (count + 1)),
      span,
    );
  }

  /** The key at which that part of the way lies behind one, 0 to 1; undefined where it cannot be told from the ends. */
  keyAt(part: number, span: Span): string | undefined {
    return this.#keysAt([part], span)[0];
  }

  #keysAt(parts: readonly number[], span: Span): string[] {
    const { common, stretches } = this.#way(span);
    const length = lengthOf(stretches);
    if (length <= PRECISION) return [];
    const keys: string[] = [];
    for (const part of parts) {
      const key = this.#keyOf(common, placeAt(stretches, length * part), length / 2 ** 20);
      if (compareKeys(key, keys.at(-1) ?? span.from) > 0 && compareKeys(key, span.to) < 0) keys.push(key);
    }
    return keys;
  }

  /** What the two begin with in common, and what lies between them, as numbers of the digits behind that. */
  #way({ from, to }: Span): { readonly common: readonly number[]; readonly stretches: Stretch[] } {
    const [fromPoints, toPoints] = [pointsOf(from), pointsOf(to)];
    const common = fromPoints.slice(0, commonLength(fromPoints, toPoints));
    const stretch = (a: readonly number[], b: readonly number[]): Stretch => ({
      low: this.#value(a, common.length),
      high: this.#value(b, common.length),
    });
    const inside = this.#gaps.filter((gap) => compareKeys(gap.from, to) < 0 && compareKeys(gap.to, from) > 0);
    const gaps = inside.map((gap) =>
      stretch(
        compareKeys(gap.from, from) > 0 ? pointsOf(gap.from) : fromPoints,
        compareKeys(gap.to, to) < 0 ? pointsOf(gap.to) : toPoints,
      ),
    );
    return { common, stretches: without(gaps, stretch(fromPoints, toPoints)) };
  }

  #learn(points: readonly number[]): void {
    points.forEach((point, position) => {
      const seen = (this.#seen[position] ??= new Set());
      if (seen.has(point)) return;
      seen.add(point);
      this.#alphabets.clear();
    });
  }

  /** The key's digits from `start` on as a number from 0 to 1. */
  #value(points: readonly number[], start: number): number {
    let value = 0;
    let unit = 1;
    for (let position = start; position < points.length && unit > PRECISION; position++) {
      const { digits, below } = this.#alphabet(position);
      const point = points[position] ?? 0;
      const rank = digits.findIndex((digit) => digit >= point);
      // A point that was never seen lies between two digits; those behind it make no difference that could be told.
      if (rank < 0) return Math.min(1, value + unit);
      value += (below[rank] ?? 0) * unit;
      if (digits[rank] !== point) return value;
      unit *= (below[rank + 1] ?? 1) - (below[rank] ?? 0);
    }
    return value;
  }

  #keyOf(common: readonly number[], value: number, precision: number): string {
    const points = [...common];
    let rest = value;
    let unit = 1;
    while (unit > precision && points.length < POSITIONS_MAX) {
      const { digits, below } = this.#alphabet(points.length);
      if (digits.length === 0) break;
      const above = below.findIndex((place) => place > rest);
      const rank = above < 0 ? digits.length - 1 : Math.max(0, above - 1);
      points.push(digits[rank] ?? 0);
      const width = (below[rank + 1] ?? 1) - (below[rank] ?? 0);
      rest = (rest - (below[rank] ?? 0)) / width;
      unit *= width;
    }
    return String.fromCodePoint(...points);
  }

  /**
   * What a position may hold: what was seen there; before the first one that changed also what later positions hold
   * that have a value in common with it, as a counter's digits do.
   */
  #alphabet(position: number): Alphabet {
    const known = this.#alphabets.get(position);
    if (known !== undefined) return known;
    const own = this.#seen[position] ?? new Set<number>();
    const kin = new Set<number>();
    if (position <= this.#turned)
      for (const other of this.#seen.slice(this.#turned + 1))
        if ([...own].some((point) => other.has(point))) for (const point of other) kin.add(point);
    const alphabet = alphabetOf(own, kin, this.#isBounded && position < this.#turned);
    this.#alphabets.set(position, alphabet);
    return alphabet;
  }
}

function pointsOf(key: string): number[] {
  return Array.from(key.slice(0, POSITIONS_MAX * 2), (character) => character.codePointAt(0) ?? 0).slice(
    0,
    POSITIONS_MAX,
  );
}
