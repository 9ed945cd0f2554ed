/** How fast a store that throttles is asked: halved at once, soon back where it was, then carefully and soon boldly more. */

export interface Pace {
  /** Requests a second that turned out to be too many. */
  readonly tooManyPerSecond: number;
  /** From then on it holds; where the store asked for a pause, nothing goes out before. */
  readonly cutAtMs: number;
}

/** At most one cut in this time: the answers to what went out before it say nothing new. */
const CUT_EVERY_MS = 1_000;
const CUT_BY = 0.5;
/** Even a store that refuses all is asked this often: so that its end is noticed. */
const PER_SECOND_MIN = 1;
const PER_SECOND_MAX = 1_000_000;
/** From the cut to where it was. The same again for half as much more; from there on it doubles every second. */
const BACK_AFTER_MS = 3_000;
const DOUBLES_EVERY_MS = 1_000;
/** A pace this many times what is asked holds nobody back. */
const FREE_ABOVE = 4;
/** A store that asks for more would outlast what waits for it. */
const HOLD_MS_MAX = 30_000;
/** So much longer than the store asked, by chance: processes that were held together do not come back together. */
const HOLD_SPREAD = 0.25;

export interface Refused {
  readonly nowMs: number;
  /** When the refused request went out. */
  readonly startedAtMs: number;
  /** Requests that went out in the second before. */
  readonly usedPerSecond: number;
  /** Nothing goes out for this long. */
  readonly holdMs: number;
}

/** The pace after an answer that the store throttles; without a pace, the store was asked freely. */
export function paceAfter(pace: Pace | undefined, refused: Refused): Pace {
  const { nowMs, startedAtMs, usedPerSecond } = refused;
  const cutAtMs = nowMs + refused.holdMs;
  if (pace === undefined) return { tooManyPerSecond: atLeastTwice(usedPerSecond), cutAtMs };
  if (startedAtMs < pace.cutAtMs || nowMs - pace.cutAtMs < CUT_EVERY_MS) return pace;
  // Refused again at once: what the last cut left was too much, not only what has grown since.
  const isAtOnce = nowMs - pace.cutAtMs < 2 * CUT_EVERY_MS;
  const perSecond = isAtOnce ? pace.tooManyPerSecond * CUT_BY : paceAt(pace, nowMs);
  return { tooManyPerSecond: atLeastTwice(Math.min(perSecond, usedPerSecond)), cutAtMs };
}

/** Requests a second that may go out now. */
export function paceAt({ tooManyPerSecond, cutAtMs }: Pace, nowMs: number): number {
  const sinceMs = Math.max(0, nowMs - cutAtMs);
  const levels = Math.min(2, sinceMs / BACK_AFTER_MS) - 1;
  const doubled = Math.max(0, sinceMs - 2 * BACK_AFTER_MS) / DOUBLES_EVERY_MS;
  return Math.min(PER_SECOND_MAX, tooManyPerSecond * (1 + CUT_BY * levels ** 3) * 2 ** doubled);
}

/** Whether the pace has outgrown what is asked, so that it can be forgotten. */
export function isOutgrown(pace: Pace, nowMs: number, usedPerSecond: number): boolean {
  return nowMs - pace.cutAtMs > 2 * BACK_AFTER_MS && paceAt(pace, nowMs) > FREE_ABOVE * usedPerSecond;
}

/** How long nothing goes out to a store that asked for `askedMs`; `dice` is uniform in [0, 1). */
export function holdOf(askedMs: number, dice: number): number {
  return Math.min(HOLD_MS_MAX, askedMs) * (1 + HOLD_SPREAD * dice);
}

function atLeastTwice(perSecond: number): number {
  return Math.max(perSecond, PER_SECOND_MIN / CUT_BY);
}
