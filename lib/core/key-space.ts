/**
 * Arithmetic on keys: how far a key lies on the way from one to another, and which key would lie at a given part of it.
 * A key is read as a number with one digit a code point, as the order of code points is the order of UTF-8 bytes;
 * which digits a position may hold is learned from keys seen. An estimate only: nothing that must be right hangs on it.
 */
import { compareKeys } from './keys.ts';

/** Two keys of the space, and all between them. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Behind every key that begins with the same text. */
export const LAST_POINT = '\u{10ffff}';
/** More than a double can tell apart: so many digits with two values each. */
const DIGITS_MAX = 64;
/** Positions beyond are not learned; a key has at most 1,023. */
const POSITIONS_MAX = 1_024;
const PRECISION = 2 ** -52;

/** Number of code points that two keys begin with in common. */
function commonLength(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  let length = 0;
  while (length < x.length && x[length] === y[length]) length++;
  return length;
}

export class KeySpace {
  /** Code points seen at each position, ascending. */
  readonly #seen: number[][] = [];
  readonly #sorted = new Map<number, readonly number[]>();
  #first: readonly number[] | undefined;
  /** Positions before this one have not changed among the keys of one run of the listing, or only once in a while. */
  #turned = Infinity;

  /** A key of the listing's run: the positions behind the first one that changes have seen all their values. */
  learnListed(key: string): void {
    const points = pointsOf(key);
    this.#learn(points);
    const first = (this.#first ??= points);
    const changed = points.findIndex((point, i) => point !== first[i]);
    if (changed >= 0 && changed < this.#turned) {
      this.#turned = changed;
      this.#sorted.clear();
    }
  }

  /** A key from elsewhere. */
  learn(key: string): void {
    this.#learn(pointsOf(key));
  }

  /** The first position that changed in the listing's run: those before it may hold more than was seen. */
  get turned(): number {
    return this.#turned;
  }

  /** The part of the way from `from` to `to` at which `key` lies, 0 to 1; undefined where the two cannot be told apart. */
  progress(key: string, { from, to }: Span): number | undefined {
    const start = commonLength(from, to);
    const [low, at, high] = [from, key, to].map((each) => this.#value(pointsOf(each), start));
    if (low === undefined || at === undefined || high === undefined || high - low <= PRECISION)
      return undefined;
    return Math.min(1, Math.max(0, (at - low) / (high - low)));
  }

  /** A key at that part of the way, strictly between the two; undefined where there is none to be told apart. */
  between({ from, to }: Span, part: number): string | undefined {
    const start = commonLength(from, to);
    const [fromPoints, toPoints] = [pointsOf(from), pointsOf(to)];
    const low = this.#value(fromPoints, start);
    const high = this.#value(toPoints, start);
    if (high - low <= PRECISION) return undefined;
    const key = this.#keyOf(fromPoints.slice(0, start), low + (high - low) * part, (high - low) / 2 ** 20);
    return compareKeys(key, from) > 0 && compareKeys(key, to) < 0 ? key : undefined;
  }

  #learn(points: readonly number[]): void {
    points.forEach((point, position) => {
      const seen = (this.#seen[position] ??= []);
      if (seen.includes(point)) return;
      seen.push(point);
      this.#sorted.clear();
    });
  }

  /** The key's digits from `start` on as a number from 0 to 1. */
  #value(points: readonly number[], start: number): number {
    let value = 0;
    let unit = 1;
    const end = Math.min(points.length, start + DIGITS_MAX);
    for (let position = start; position < end && unit > PRECISION; position++) {
      const digits = this.#digits(position);
      const point = points[position] ?? 0;
      const rank = digits.findIndex((digit) => digit >= point);
      // A point that was never seen lies between two digits; those behind it make no difference that could be told.
      if (rank < 0) return Math.min(1, value + unit);
      unit /= digits.length;
      value += rank * unit;
      if (digits[rank] !== point) return value;
    }
    return value;
  }

  #keyOf(points: number[], value: number, precision: number): string {
    let rest = value;
    let unit = 1;
    for (let digit = 0; digit < DIGITS_MAX && unit > precision; digit++) {
      const digits = this.#digits(points.length);
      if (digits.length === 0) break;
      const scaled = rest * digits.length;
      const rank = Math.min(digits.length - 1, Math.max(0, Math.floor(scaled)));
      points.push(digits[rank] ?? 0);
      rest = scaled - rank;
      unit /= digits.length;
    }
    return String.fromCodePoint(...points);
  }

  /**
   * What a position may hold: what was seen there; before the first one that changed also what later positions hold
   * that have a value in common with it, as a counter's digits do.
   */
  #digits(position: number): readonly number[] {
    const known = this.#sorted.get(position);
    if (known !== undefined) return known;
    const own = this.#seen[position] ?? [];
    const digits = new Set(own);
    if (position <= this.#turned)
      for (const other of this.#seen.slice(this.#turned + 1))
        if (other.some((point) => own.includes(point))) for (const point of other) digits.add(point);
    const sorted = [...digits].sort((a, b) => a - b);
    this.#sorted.set(position, sorted);
    return sorted;
  }
}

function pointsOf(key: string): number[] {
  return Array.from(key.slice(0, POSITIONS_MAX * 2), (character) => character.codePointAt(0) ?? 0).slice(
    0,
    POSITIONS_MAX,
  );
}
