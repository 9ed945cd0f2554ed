/** How far the end of each task is prepared, and whether its last report was confirmed. */
import { type Ending, NO_ENDING, type Table } from '../../ports/table.ts';
import type { Queries, SqlEngine } from './engine.ts';
import { instant } from './engine.ts';
import { fromJson, toJson } from './text.ts';

type Args<M extends keyof Table> = Parameters<Table[M]>[0];

export async function ending(db: SqlEngine['db'], taskId: string): Promise<Ending> {
  const row = await db
    .selectFrom('oss2cos_endings')
    .select(['step', 'ending'])
    .where('task_id', '=', taskId)
    .executeTakeFirst();
  return row === undefined || row.step === 0 ? NO_ENDING : (fromJson(row.ending) as Ending);
}

export function moveEnding(engine: SqlEngine, { taskId, ending: to }: Args<'moveEnding'>): Promise<boolean> {
  return engine.db.transaction().execute(async (trx) => {
    if (to.step === 1) await insertRow({ ...engine, db: trx }, taskId);
    const moved = await trx
      .updateTable('oss2cos_endings')
      .set({ step: to.step, ending: toJson(to) })
      .where('task_id', '=', taskId)
      .where('step', '=', to.step - 1)
      .executeTakeFirst();
    return moved.numUpdatedRows > 0n;
  });
}

async function insertRow({ db, insertIfAbsent }: Queries, taskId: string): Promise<void> {
  const row = { task_id: taskId, step: 0, ending: '' };
  await insertIfAbsent(db.insertInto('oss2cos_endings').values(row)).execute();
}

export async function unconfirmedEnds(
  db: SqlEngine['db'],
  { fromMs, beforeMs, limit }: Args<'unconfirmedEnds'>,
): Promise<string[]> {
  const rows = await db
    .selectFrom('oss2cos_tasks')
    .leftJoin('oss2cos_endings', 'oss2cos_endings.task_id', 'oss2cos_tasks.task_id')
    .select('oss2cos_tasks.task_id')
    .where('finished_at_ms', '>=', fromMs)
    .where('finished_at_ms', '<', instant(beforeMs))
    .where((eb) => eb.or([eb('confirmed', 'is', null), eb('confirmed', '=', 0)]))
    .orderBy('oss2cos_tasks.task_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.task_id);
}

export function confirmEnd(engine: SqlEngine, taskId: string): Promise<void> {
  return engine.db.transaction().execute(async (trx) => {
    await insertRow({ ...engine, db: trx }, taskId);
    await trx.updateTable('oss2cos_endings').set({ confirmed: 1 }).where('task_id', '=', taskId).execute();
  });
}
