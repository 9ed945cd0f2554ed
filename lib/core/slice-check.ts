/** Whether a slice can be true: what it says in one place must follow from what it says in another. */
import type { FailureCode } from './failures.ts';
import { parseSliceName, SAMPLES_MAX, type Slice, type SliceSummary } from './slices.ts';

/** Why no worker can have written this summary, or undefined. */
export function summaryMistake({ name, from, to, tally, failures }: SliceSummary): string | undefined {
  const span = parseSliceName(name);
  if (from >= to || span?.from !== from || span.to !== to) return 'its entries are not those of its name';
  const { copied, skipped, failed, verified } = tally;
  if (copied.objects + skipped.objects + failed.objects !== to - from)
    return 'its counts do not add up to its entries';
  if (verified.crc64 + verified.size !== copied.objects) return 'not all that it copied was verified';
  const groups = Object.values(failures);
  if (groups.reduce((sum, { objects }) => sum + objects, 0) !== failed.objects)
    return 'its failure classes do not add up to what failed';
  const isSampled = groups.every(({ samples, objects }) => samples.length <= Math.min(objects, SAMPLES_MAX));
  return isSampled ? undefined : 'a failure class has more samples than it can have';
}

/** The same of a whole slice: its failed entries are those that were counted. */
export function sliceMistake(slice: Slice): string | undefined {
  const { tally, failures, failed, abandoned, from, to } = slice;
  const mistake = summaryMistake(slice);
  if (mistake !== undefined) return mistake;
  if (abandoned !== undefined) {
    const isWhole = failed.length === 0 && (failures[abandoned.code]?.objects ?? 0) === to - from;
    return isWhole ? undefined : 'it was given up, and says that something of it ended otherwise';
  }
  const listed = new Map<FailureCode, number>();
  for (const { error } of failed) listed.set(error.code, (listed.get(error.code) ?? 0) + 1);
  const agrees = [...listed].every(([code, objects]) => failures[code]?.objects === objects);
  return agrees && failed.length === tally.failed.objects
    ? undefined
    : 'its failed entries are not those that it counts';
}
