/**
 * Slices: the proof of work. A slice states that entries `[from, to)` of a segment are done and how they ended.
 * Any number of doubled workers may write any number of them; a segment is done when some of them form a path
 * from 0 to its count.
 */
import type { Failure, FailureCode } from './failures.ts';

export interface Counted {
  readonly objects: number;
  readonly bytes: number;
}

/** How a number of entries ended. */
export interface Tally {
  readonly copied: Counted;
  readonly skipped: Counted;
  readonly failed: Counted;
  /** Copied objects whose CRC-64 was compared, and those of which only the size could be. */
  readonly verified: { readonly crc64: number; readonly size: number };
}

export interface FailedEntry {
  readonly key: string;
  readonly size?: number | undefined;
  readonly etag?: string | undefined;
  readonly error: Failure;
}

/** What the report shows of one failure class: how many, and a few to look at. */
export type FailureSummary = Partial<
  Record<FailureCode, { readonly objects: number; readonly samples: readonly Sample[] }>
>;

export interface Sample {
  readonly key: string;
  readonly message: string;
  readonly requestId?: string | undefined;
}

/** Where a slice lies, as its object's name tells. */
export interface SliceSpan {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A result object: `results/<segment>/<from>-<to>-<unique>.json`. */
export interface Slice extends SliceSpan {
  readonly tally: Tally;
  readonly failures: FailureSummary;
  /** The failed entries, each with its reason; empty where `abandoned` speaks for all. */
  readonly failed: readonly FailedEntry[];
  /** All entries of the slice failed with this, without having been tried: given up or cancelled. Their keys are in the manifest. */
  readonly abandoned?: Failure | undefined;
}

/** What the table keeps of a slice: all but the failed entries. */
export type SliceSummary = Omit<Slice, 'failed' | 'abandoned'>;

export const NO_TALLY: Tally = Object.freeze({
  copied: { objects: 0, bytes: 0 },
  skipped: { objects: 0, bytes: 0 },
  failed: { objects: 0, bytes: 0 },
  verified: { crc64: 0, size: 0 },
});

export function addTallies(a: Tally, b: Tally): Tally {
  const sum = (x: Counted, y: Counted): Counted => ({
    objects: x.objects + y.objects,
    bytes: x.bytes + y.bytes,
  });
  return {
    copied: sum(a.copied, b.copied),
    skipped: sum(a.skipped, b.skipped),
    failed: sum(a.failed, b.failed),
    verified: { crc64: a.verified.crc64 + b.verified.crc64, size: a.verified.size + b.verified.size },
  };
}

/** Samples kept of each failure class. */
export const SAMPLES_MAX = 5;

export function addFailures(a: FailureSummary, b: FailureSummary): FailureSummary {
  const sum: FailureSummary = { ...a };
  for (const code of Object.keys(b) as FailureCode[]) {
    const [x, y] = [a[code], b[code]];
    if (y === undefined) continue;
    sum[code] = {
      objects: (x?.objects ?? 0) + y.objects,
      samples: [...(x?.samples ?? []), ...y.samples].slice(0, SAMPLES_MAX),
    };
  }
  return sum;
}

export function summarizeFailures(failed: readonly FailedEntry[]): FailureSummary {
  const summary: Partial<Record<FailureCode, { objects: number; samples: Sample[] }>> = {};
  for (const { key, error } of failed) {
    const group = (summary[error.code] ??= { objects: 0, samples: [] });
    group.objects++;
    if (group.samples.length < SAMPLES_MAX)
      group.samples.push({ key, message: error.message, requestId: error.requestId });
  }
  return summary;
}

/** For each entry that a path from 0 reaches, the slice that leads there. */
function reachable(spans: readonly SliceSpan[]): Map<number, SliceSpan | undefined> {
  const cameBy = new Map<number, SliceSpan | undefined>([[0, undefined]]);
  // Slices only lead forward, so in order of their start every slice is met after those that lead to it.
  for (const span of spans.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (span.to > span.from && cameBy.has(span.from) && !cameBy.has(span.to)) cameBy.set(span.to, span);
  }
  return cameBy;
}

/** Entries `[from, to)` of a segment. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * What is not done yet, in order: a slice for each gap would complete a path from 0 to `count`. Spans that end behind
 * `count`, the segment's entries, were not written by a worker and lead nowhere.
 */
export function gapsOf(spans: readonly Gap[], count: number): Gap[] {
  const sorted = spans
    .filter(({ from, to }) => from < to && to <= count)
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const gaps: Gap[] = [];
  let reached = new Set([0]);
  let farthest = 0;
  const jump = (to: number) => {
    if (farthest < to) gaps.push({ from: farthest, to });
    reached = new Set([to]);
    farthest = to;
  };
  for (const { from, to } of sorted) {
    if (from > farthest) jump(from);
    if (!reached.has(from)) continue;
    reached.add(to);
    farthest = Math.max(farthest, to);
  }
  jump(count);
  return gaps;
}

/** A path of slices from 0 to `count`, in order, or undefined where there is none yet. An empty segment has the empty path. */
export function completePath<S extends SliceSpan>(spans: readonly S[], count: number): S[] | undefined {
  const cameBy = reachable(spans);
  if (!cameBy.has(count)) return undefined;
  const path: S[] = [];
  for (let span = cameBy.get(count); span !== undefined; span = cameBy.get(span.from))
    path.unshift(span as S);
  return path;
}

const SLICE_NAME = /^(\d+)-(\d+)-([A-Za-z0-9]+)\.json$/;

export function sliceName(args: { from: number; to: number; unique: string }): string {
  return `${String(args.from)}-${String(args.to)}-${args.unique}.json`;
}

/** The span that a result object's name states, or undefined for a foreign object. */
export function parseSliceName(name: string): SliceSpan | undefined {
  const [, from, to] = SLICE_NAME.exec(name) ?? [];
  return from === undefined || to === undefined ? undefined : { name, from: Number(from), to: Number(to) };
}
