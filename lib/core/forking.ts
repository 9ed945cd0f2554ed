/** When a range is split, and into how many parts: enough of them to list side by side, none so small that it costs more than it saves. */

export interface Forking {
  /** Ranges that are listed at once where there is enough to list. */
  readonly parallelism: number;
  /** The first range is listed that far before it is split, unless many more keys are found ahead: a small task needs no company. */
  readonly afterKeys: number;
  /** A part costs a probe and half a page at its end: parts of this many keys keep that under a tenth. */
  readonly partKeysMin: number;
  /** How often a planner looks whether company is wanted. */
  readonly lookEveryKeys: number;
}

export const FORKING: Forking = {
  parallelism: 64,
  afterKeys: 50_000,
  partKeysMin: 20_000,
  lookEveryKeys: 2_000,
};

/**
 * A large task need not wait for that: `after` such a part of `afterKeys`, when one call is a tenth of those made, a page is
 * looked for `ahead` times `afterKeys` further on.
 */
export const SOUNDING = { after: 1 / 5, ahead: 4 } as const;

/** Of a whole task. */
export interface RangeTotals {
  readonly ranges: number;
  readonly rangesOpen: number;
  /** Keys. */
  readonly listed: number;
}

export interface Company {
  /** Into how many parts one range may be split. */
  readonly parts: number;
  /** Keys that each of them must have. */
  readonly partKeys: number;
  /** Calls beyond one a page that the task has not made yet and this range may. */
  readonly spareCalls: number;
  /** Above 1, or the probability with which each planner that looks should split: then about as many do as are wanted. */
  readonly chance: number;
}

/** Ranges open beyond those that are listed at once: who ends one finds the next waiting. */
const SPARE = 1 / 8;
/** Those that wait are to be so much larger: they are cut from the ranges that would take longest. */
const SPARE_PART = 4;
/** Where fewer ranges were made than the keys listed would allow, parts may be so much smaller: the end of a task goes by them. */
const SMALL_PART = 1 / 8;

/** A part costs a probe, and at its end half a page; in all that many calls may be made beyond one a page, of a part. */
const CALLS_A_PART = 1.5;
const CALLS_MAX = 1.55;
/** Those made in vain included. */
const CALLS_A_RANGE = 2;

/** How many parts a listing of so many keys in all can pay for, when probes were spent already, with the task's help. */
export function partsPaid(
  keys: number,
  probesSpent: number,
  spareCalls: number,
  { partKeysMin }: Forking,
): number {
  return Math.max(0, (keys / partKeysMin) * CALLS_MAX - probesSpent, spareCalls) / CALLS_A_PART;
}

/** So many times as long as a part with no part paid for: it would end long after all others. */
const LONG_PARTS = 1.75;

/** Into how many parts so many keys are to be cut whatever was spent: probes in a space of a strange shape find little. */
export function partsDue(keysLeft: number, { partKeysMin }: Forking): number {
  return keysLeft / (partKeysMin * LONG_PARTS);
}

/** No range with fewer keys left is ever split. */
export function splitKeysMin({ partKeysMin }: Forking): number {
  return 2 * partKeysMin * SMALL_PART;
}

/** What splitting there is to do; undefined where enough ranges are open. */
export function companyWanted(
  { ranges, rangesOpen, listed }: RangeTotals,
  { parallelism, partKeysMin }: Forking,
): Company | undefined {
  const open = Math.max(1, rangesOpen);
  const free = (open === 1 ? parallelism : Math.ceil(parallelism * (1 + SPARE))) - open;
  if (free <= 0) return undefined;
  const spareCalls = Math.max(0, (listed / partKeysMin) * CALLS_MAX - ranges * CALLS_A_RANGE) / open;
  const wanted = { parts: 1 + Math.ceil(free / open), chance: free / open, spareCalls };
  if (open > 1 && open >= parallelism) return { ...wanted, partKeys: partKeysMin * SPARE_PART };
  const paid = Math.floor(listed / partKeysMin) - ranges;
  const small = Math.max(SMALL_PART, (open / parallelism) ** 2);
  return { ...wanted, partKeys: partKeysMin * (paid < wanted.parts - 1 ? 1 : small) };
}
