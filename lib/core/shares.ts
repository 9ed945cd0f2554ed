/**
 * A task's limits divided over the partitions of the topic `segments`. One consumer has a partition at a time, so a
 * share goes where its partition goes. Shares are fractions of a limit; those of all partitions together are at most 1.
 */

export const SHARING = {
  /** Of a limit, for all partitions together: what each has at least, and what holds where nothing newer was read. */
  floor: 0.1,
  /** The planner's part of the requests. A page lists 1,000 keys: one of eight partitions still lists faster than all can copy. */
  planning: 0.03,
  /** What was not held back gets this much more than it used; 85 % of a limit must be used beside it. */
  headroom: 1.15,
  /** Who used this much of its share was held back; above 1 ÷ `headroom`, so that a steady load stays what it is. */
  heldFrom: 0.92,
  /** Who was held back may next use so many times what it used: the others keep what they may soon need. */
  growth: 4,
  /** Taken from those who are held back at one time: nobody else uses it until all have read that it was taken. */
  movedMax: 0.05,
} as const;

/** By number of the partition. */
export interface Shares {
  readonly requests: readonly number[];
  readonly bytes: readonly number[];
}

/** Of one limit. */
export interface Claim {
  /** Used, as a part of the task's whole limit. */
  readonly part: number;
  /** By its share: it could have used more. */
  readonly isHeld: boolean;
}

/** Of one limit, by number of the partition; silent ones are absent. */
export type Claims = ReadonlyMap<number, Claim>;

/** What one partition has at least. */
export function floorOf(partitions: number): number {
  return SHARING.floor / partitions;
}

/** Before anything is known. */
export function equalShares(partitions: number): number[] {
  return Array.from({ length: partitions }, () => roundedDown(1 / partitions));
}

/**
 * Whoever was not held back gets what it used and a little more; those who were get equal parts of the rest, as far as
 * they can soon use them. What nobody claims is for all alike.
 */
export function wantedShares(
  claims: Claims,
  partitions: number,
  growthOf: (partition: number) => number = () => 1,
): number[] {
  const floor = floorOf(partitions);
  const wanted = Array.from({ length: partitions }, (_, partition) => {
    const claim = claims.get(partition);
    if (claim === undefined) return floor;
    const times = claim.isHeld ? SHARING.growth : SHARING.headroom * growthOf(partition);
    return Math.max(floor, claim.part * times);
  });
  const given = filled(wanted);
  const spare = (1 - sum(given)) / partitions;
  return given.map((share) => roundedDown(share + Math.max(0, spare)));
}

/** Of both limits: who is let use more of one will use more of the other. */
export function wantedOfBoth(claims: Record<keyof Shares, Claims>, partitions: number): Shares {
  const wantedOf = (limit: keyof Shares, other: keyof Shares) => {
    const wanted = wantedShares(claims[other], partitions);
    return wantedShares(claims[limit], partitions, (at) => growthIn(claims[other].get(at), wanted[at] ?? 0));
  };
  return { requests: wantedOf('requests', 'bytes'), bytes: wantedOf('bytes', 'requests') };
}

function growthIn(claim: Claim | undefined, wanted: number): number {
  if (claim?.isHeld !== true || claim.part === 0) return 1;
  return Math.max(1, wanted / claim.part);
}

/** Each gets what it wants up to one level, at which all together get 1. */
function filled(wanted: readonly number[]): number[] {
  const byNeed = wanted.map((_, at) => at).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const given = wanted.map(() => 0);
  let left = 1;
  byNeed.forEach((at, done) => {
    const share = Math.min(wanted[at] ?? 0, left / (wanted.length - done));
    given[at] = share;
    left -= share;
  });
  return given;
}

/**
 * The next step towards what is wanted, from what may be in use (`bound`): raised only by what nobody may be using, so
 * that old and new shares side by side are at most 1; those held back are lowered a little at a time.
 */
export function nextShares(bound: readonly number[], wanted: readonly number[], claims: Claims): number[] {
  const changes = bound.map((share, at) => (wanted[at] ?? 0) - share);
  const isHeld = (at: number) => claims.get(at)?.isHeld === true;
  const heldDrops = -sum(changes.filter((change, at) => change < 0 && isHeld(at)));
  const slowly = heldDrops > SHARING.movedMax ? SHARING.movedMax / heldDrops : 1;
  const rises = sum(changes.filter((change) => change > 0));
  const raised = rises > 0 ? Math.min(1, Math.max(0, 1 - sum(bound)) / rises) : 0;
  return bound.map((share, at) => {
    const change = changes[at] ?? 0;
    if (change > 0) return roundedDown(share + change * raised);
    return roundedDown(share + (isHeld(at) ? change * slowly : change));
  });
}

/** How much the two differ, over all partitions. */
export function distanceOf(a: readonly number[], b: readonly number[]): number {
  return sum(a.map((share, at) => Math.abs(share - (b[at] ?? 0))));
}

/** As many as there are partitions now: new ones have had the floor. */
export function grownTo(partitions: number, shares: readonly number[]): number[] {
  const floor = shares.length === 0 ? 0 : floorOf(shares.length);
  return Array.from({ length: Math.max(partitions, shares.length) }, (_, at) => shares[at] ?? floor);
}

export function highest(a: readonly number[], b: readonly number[]): number[] {
  return a.map((share, at) => Math.max(share, b[at] ?? 0));
}

const STEPS = 1e7;

/** Sums of them never exceed 1 by rounding. */
function roundedDown(share: number): number {
  return Math.floor(share * STEPS) / STEPS;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
