/** Tasks begun by version 1 of the tables, which counted on the rows of ranges: their sums become counters, once. */
import { type Kysely, sql } from 'kysely';
import { OF_RANGES } from './counters.ts';
import type { SqlEngine } from './engine.ts';
import type { Tables } from './schema.ts';
import { slotRows } from './slots.ts';

/** May run twice, and in several processes at once: who comes second changes nothing. */
export async function takeOver({ db, insertIfAbsent }: SqlEngine): Promise<void> {
  const failed = db.selectFrom('oss2cos_segments').select(['task_id', 'segment_id']).where('failed', '>', 0);
  await insertIfAbsent(
    db.insertInto('oss2cos_failed_segments').columns(['task_id', 'segment_id']).expression(failed),
  ).execute();
  const tasks = await db.selectFrom('oss2cos_tasks').select('task_id').execute();
  for (const { task_id: taskId } of tasks) {
    const rows = slotRows(taskId, await sumsOf(db, taskId));
    await insertIfAbsent(db.insertInto('oss2cos_counters').values(rows)).execute();
  }
}

async function sumsOf(db: Kysely<Tables>, taskId: string) {
  const sum = (expression: string) => sql<number | string>`coalesce(sum(${sql.raw(expression)}), 0)`;
  const sums = await db
    .selectFrom('oss2cos_ranges')
    .where('task_id', '=', taskId)
    .select(OF_RANGES.map((name) => sum(name).as(name)))
    .select([
      sum('1').as('ranges'),
      sum("case when state = 'open' then 1 else 0 end").as('ranges_open'),
      sum("case when state = 'failed' then 1 else 0 end").as('ranges_failed'),
      sql<number | string>`coalesce(max(moved_at_ms), 0)`.as('moved_at_ms'),
    ])
    .executeTakeFirstOrThrow();
  const numbers = Object.entries(sums).map(([name, amount]) => [name, Number(amount)]);
  return Object.fromEntries(numbers) as Record<keyof typeof sums, number>;
}
