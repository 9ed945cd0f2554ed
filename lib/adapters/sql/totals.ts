/** The report's numbers, from a few rows: the counters of the ranges, and the ends of two indexes. */
import { type Kysely, sql } from 'kysely';
import type { Range, TaskTotals } from '../../ports/table.ts';
import { tallyOf } from './counters.ts';
import { failuresOf } from './failures.ts';
import type { CounterColumn, Tables } from './schema.ts';

const COUNTERS = [
  'segments',
  'segments_done',
  'listed_objects',
  'listed_bytes',
  'copied_objects',
  'copied_bytes',
  'skipped_objects',
  'skipped_bytes',
  'failed_objects',
  'failed_bytes',
  'verified_crc64',
  'verified_size',
] as const satisfies readonly (CounterColumn | 'segments' | 'segments_done')[];

/** MySQL answers sums as decimal text. */
type Num = number | string;

export function totals(db: Kysely<Tables>, taskId: string): Promise<TaskTotals> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read') // both selects see one state of the rows
    .setAccessMode('read only')
    .execute(async (trx) => {
      const sums = await sumRanges(trx, taskId);
      const failures = await failuresOf(trx, taskId);
      return {
        ranges: Number(sums.ranges),
        rangesOpen: Number(sums.ranges_open),
        rangesFailed: Number(sums.ranges_failed),
        segments: Number(sums.segments),
        segmentsDone: Number(sums.segments_done),
        listed: { objects: Number(sums.listed_objects), bytes: Number(sums.listed_bytes) },
        tally: tallyOf(sums),
        failures,
        movedAtMs: Math.max(Number(sums.moved_at_ms), Number(sums.segments_moved_at_ms)),
        deliveredMs: Number(sums.delivered_ms),
      };
    });
}

function sumRanges(db: Kysely<Tables>, taskId: string) {
  const inState = (state: Range['state']) =>
    sql<Num>`coalesce(sum(case when state = ${state} then 1 else 0 end), 0)`;
  const latest = (column: 'moved_at_ms' | 'rung_at_ms') =>
    sql<Num>`select coalesce(max(${sql.ref(column)}), 0) from oss2cos_segments where task_id = ${taskId}`;
  return db
    .selectFrom('oss2cos_ranges')
    .where('task_id', '=', taskId)
    .select(COUNTERS.map((name) => sql<Num>`coalesce(sum(${sql.ref(name)}), 0)`.as(name)))
    .select([
      sql<Num>`count(*)`.as('ranges'),
      inState('open').as('ranges_open'),
      inState('failed').as('ranges_failed'),
      sql<Num>`coalesce(max(moved_at_ms), 0)`.as('moved_at_ms'),
      sql<Num>`(${latest('moved_at_ms')})`.as('segments_moved_at_ms'),
      sql<Num>`(${latest('rung_at_ms')} and done = 1)`.as('delivered_ms'),
    ])
    .executeTakeFirstOrThrow();
}
