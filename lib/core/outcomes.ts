/** How single entries ended, and how those ends make up a slice. */
import type { Failure } from './failures.ts';
import type { Entry } from './object.ts';
import { type FailedEntry, type Slice, sliceName, summarizeFailures } from './slices.ts';

/** `bytes`: the size moved, kept or not moved. */
export type Outcome =
  | { readonly kind: 'copied'; readonly bytes: number; readonly verified: 'crc64' | 'size' }
  | { readonly kind: 'skipped'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly bytes: number; readonly failure: Failure };

/** The slice that states how entries `[from, from + outcomes.length)` ended. */
export function sliceOf(args: {
  readonly from: number;
  readonly unique: string;
  readonly entries: readonly Entry[];
  readonly outcomes: readonly Outcome[];
}): Slice {
  const { from, outcomes } = args;
  const to = from + outcomes.length;
  const counted = {
    copied: { objects: 0, bytes: 0 },
    skipped: { objects: 0, bytes: 0 },
    failed: { objects: 0, bytes: 0 },
  };
  const verified = { crc64: 0, size: 0 };
  const failed: FailedEntry[] = [];
  outcomes.forEach((outcome, i) => {
    counted[outcome.kind].objects++;
    counted[outcome.kind].bytes += outcome.bytes;
    if (outcome.kind === 'copied') verified[outcome.verified]++;
    const entry = args.entries[from + i];
    if (outcome.kind === 'failed' && entry !== undefined) failed.push(failedEntry(entry, outcome.failure));
  });
  return {
    name: sliceName({ from, to, unique: args.unique }),
    from,
    to,
    tally: { ...counted, verified },
    failures: summarizeFailures(failed),
    failed,
  };
}

export function failedEntry(entry: Entry, error: Failure): FailedEntry {
  return { key: entry.key, size: entry.size, etag: entry.etag, error };
}
