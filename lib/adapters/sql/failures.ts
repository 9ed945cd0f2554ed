/** Failure rows: one a class and slot, with the first samples that came. */
import { sql } from 'kysely';
import type { FailureCode } from '../../core/failures.ts';
import { addFailures, type FailureSummary, type Sample, SAMPLES_MAX } from '../../core/slices.ts';
import type { Queries, SqlEngine } from './engine.ts';
import { fromJson, toJson } from './text.ts';

interface CountedFailures {
  readonly taskId: string;
  readonly slot: number;
  readonly failures: FailureSummary;
}

/**
 * Counts are added and samples appended in the database, without reading them first, so that two reporters never
 * overwrite each other. MySQL evaluates SET from left to right: `sampled` must come after what depends on it.
 */
export async function addFailureRows(
  { db, insertIfAbsent }: Queries,
  { taskId, slot, failures }: CountedFailures,
): Promise<void> {
  const codes = Object.keys(failures) as FailureCode[];
  if (codes.length === 0) return;
  const rangeId = Buffer.from(String(slot));
  const rows = codes.map((code) => ({ task_id: taskId, range_id: rangeId, code, samples: '' }));
  await insertIfAbsent(db.insertInto('oss2cos_failures').values(rows)).execute();
  for (const code of codes) {
    const { objects = 0, samples = [] } = failures[code] ?? {};
    const kept = samples.slice(0, SAMPLES_MAX);
    const lines = kept.map((sample) => `${toJson(sample)}\n`).join('');
    await db
      .updateTable('oss2cos_failures')
      .set({
        objects: sql<number>`objects + ${objects}`,
        samples: sql<string>`case when sampled < ${SAMPLES_MAX} then concat(samples, ${lines}) else samples end`,
        sampled: sql<number>`sampled + ${kept.length}`,
      })
      .where('task_id', '=', taskId)
      .where('range_id', '=', rangeId)
      .where('code', '=', code)
      .execute();
  }
}

/** Over all slots of a task; no more samples are parsed than are told. */
export async function failuresOf(db: SqlEngine['db'], taskId: string): Promise<FailureSummary> {
  const rows = await db
    .selectFrom('oss2cos_failures')
    .select(['code', 'objects', 'samples'])
    .where('task_id', '=', taskId)
    .orderBy('range_id')
    .orderBy('code')
    .execute();
  return rows.reduce<FailureSummary>((sum, { code, objects, samples }) => {
    const wanted = SAMPLES_MAX - (sum[code as FailureCode]?.samples.length ?? 0);
    const lines = wanted === 0 ? [] : samples.split('\n').slice(0, -1).slice(0, wanted);
    return addFailures(sum, { [code]: { objects, samples: lines.map((line) => fromJson(line) as Sample) } });
  }, {});
}
