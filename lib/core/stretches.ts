/** A line from 0 to 1 with gaps in it: what is left of it, measured and cut as if the gaps were not there. */

/** Half-open: `[low, high)`. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
}

/** What the gaps leave of a stretch, ascending. */
export function without(gaps: readonly Stretch[], { low, high }: Stretch): Stretch[] {
  const left: Stretch[] = [];
  let at = low;
  for (const gap of gaps.toSorted((a, b) => a.low - b.low)) {
    if (gap.high <= at) continue;
    if (gap.low >= high) break;
    if (gap.low > at) left.push({ low: at, high: gap.low });
    at = gap.high;
  }
  if (at < high) left.push({ low: at, high });
  return left;
}

export function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { low, high }) => sum + high - low, 0);
}

/** How much of the stretches lies below a place. */
export function lengthBelow(stretches: readonly Stretch[], place: number): number {
  return stretches.reduce((sum, { low, high }) => sum + Math.max(0, Math.min(high, place) - low), 0);
}

/** The place below which that much of the stretches lies. */
export function placeAt(stretches: readonly Stretch[], length: number): number {
  let rest = length;
  for (const { low, high } of stretches) {
    if (rest <= high - low) return low + rest;
    rest -= high - low;
  }
  return stretches.at(-1)?.high ?? 0;
}
