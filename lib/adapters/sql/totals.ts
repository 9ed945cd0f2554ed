/** The report's numbers, from a few rows: the task's counters, and the ends of two indexes. */
import { type Kysely, sql } from 'kysely';
import type { RangeTotals } from '../../core/forking.ts';
import type { TaskTotals } from '../../ports/table.ts';
import { type Amount, AMOUNTS, tallyOf } from './counters.ts';
import { failuresOf } from './failures.ts';
import { partBytes } from './parts.ts';
import type { Tables } from './schema.ts';

/** MySQL answers sums as decimal text. */
type Num = number | string;

export function totals(db: Kysely<Tables>, taskId: string): Promise<TaskTotals> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read') // all selects see one state of the rows
    .setAccessMode('read only')
    .execute(async (trx) => {
      const sums = await sumSlots(trx, taskId);
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
        partBytes: await partBytes(trx, taskId),
        movedAtMs: Math.max(Number(sums.moved_at_ms), Number(sums.segments_moved_at_ms)),
        deliveredMs: Number(sums.delivered_ms),
      };
    });
}

export async function rangeTotals(db: Kysely<Tables>, taskId: string): Promise<RangeTotals> {
  const sums = await db
    .selectFrom('oss2cos_counters')
    .where('task_id', '=', taskId)
    .select([sumOf('ranges'), sumOf('ranges_open'), sumOf('listed_objects')])
    .executeTakeFirstOrThrow();
  const { ranges, ranges_open: rangesOpen, listed_objects: listed } = sums;
  return { ranges: Number(ranges), rangesOpen: Number(rangesOpen), listed: Number(listed) };
}

function sumOf<A extends Amount>(name: A) {
  return sql<Num>`coalesce(sum(${sql.ref(name)}), 0)`.as(name);
}

function sumSlots(db: Kysely<Tables>, taskId: string) {
  /** The end of an index; a `max` might read all of it. */
  const latest = (column: 'moved_at_ms' | 'rung_at_ms') => {
    const of = db.selectFrom('oss2cos_segments').select(column).where('task_id', '=', taskId);
    const last = of.$if(column === 'rung_at_ms', (query) => query.where('done', '=', 1));
    return sql<Num>`coalesce((${last.orderBy(column, 'desc').limit(1)}), 0)`;
  };
  return db
    .selectFrom('oss2cos_counters')
    .where('task_id', '=', taskId)
    .select(AMOUNTS.map(sumOf))
    .select([
      sql<Num>`coalesce(max(moved_at_ms), 0)`.as('moved_at_ms'),
      latest('moved_at_ms').as('segments_moved_at_ms'),
      latest('rung_at_ms').as('delivered_ms'),
    ])
    .executeTakeFirstOrThrow();
}
