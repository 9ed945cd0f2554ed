/** The digits that one position of a key may hold, and how much of the space begins with each. */

export interface Alphabet {
  /** Code points, ascending. */
  readonly digits: readonly number[];
  /** For each digit the part of the space, 0 to 1, that begins with a lower one; and 1 at the end. */
  readonly below: readonly number[];
}

/** All digits together that lie beyond those seen weigh as much as this part of one of them. */
const UNSEEN_WEIGHT = 1 / 4;

/**
 * `kin` are guessed from other positions. Where the ends of the space are known, a position that has held one digit
 * alone is hardly expected to hold others: a counter's first digits are zeros for long.
 */
export function alphabetOf(
  seen: ReadonlySet<number>,
  kin: ReadonlySet<number>,
  isBounded: boolean,
): Alphabet {
  const digits = [...new Set([...seen, ...kin])].sort((a, b) => a - b);
  const isConstant = isBounded && seen.size === 1;
  const weights = digits.map((digit) =>
    isConstant && !seen.has(digit) ? UNSEEN_WEIGHT / (digits.length - 1) : 1,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const below = [0];
  let sum = 0;
  for (const weight of weights) below.push((sum += weight) / total);
  if (digits.length > 0) below[digits.length] = 1;
  return { digits, below };
}
