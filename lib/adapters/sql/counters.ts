/** Counters as columns, and back. */
import { type RawBuilder, sql } from 'kysely';
import type { Tally } from '../../core/slices.ts';

const OF_TALLY = [
  'copied_objects',
  'copied_bytes',
  'skipped_objects',
  'skipped_bytes',
  'failed_objects',
  'failed_bytes',
  'verified_crc64',
  'verified_size',
] as const;

/** What version 1 counted on the rows of ranges. */
export const OF_RANGES = [
  'segments',
  'segments_done',
  'listed_objects',
  'listed_bytes',
  ...OF_TALLY,
] as const;

/** What a task's counters count. */
export const AMOUNTS = ['ranges', 'ranges_open', 'ranges_failed', ...OF_RANGES] as const;

export type TallyColumn = (typeof OF_TALLY)[number];
export type Amount = (typeof AMOUNTS)[number];

export function tallyColumns(tally: Tally): Record<TallyColumn, number> {
  return {
    copied_objects: tally.copied.objects,
    copied_bytes: tally.copied.bytes,
    skipped_objects: tally.skipped.objects,
    skipped_bytes: tally.skipped.bytes,
    failed_objects: tally.failed.objects,
    failed_bytes: tally.failed.bytes,
    verified_crc64: tally.verified.crc64,
    verified_size: tally.verified.size,
  };
}

/** Numbers may come as decimal text: that is how MySQL's drivers answer a sum. */
export function tallyOf(row: Readonly<Record<TallyColumn, number | string>>): Tally {
  return {
    copied: { objects: Number(row.copied_objects), bytes: Number(row.copied_bytes) },
    skipped: { objects: Number(row.skipped_objects), bytes: Number(row.skipped_bytes) },
    failed: { objects: Number(row.failed_objects), bytes: Number(row.failed_bytes) },
    verified: { crc64: Number(row.verified_crc64), size: Number(row.verified_size) },
  };
}

/** `column = column + amount` for each. */
export function plus<C extends string>(
  amounts: Readonly<Partial<Record<C, number>>>,
): Record<C, RawBuilder<number>> {
  const added = Object.entries<number | undefined>(amounts).map(([column, amount]) => [
    column,
    sql<number>`${sql.ref(column)} + ${amount}`,
  ]);
  return Object.fromEntries(added) as Record<C, RawBuilder<number>>;
}
