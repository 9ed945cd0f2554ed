/** How a task's limits are divided, and what the consumers of each partition last used of them. */
import { type Division, NO_DIVISION, type PartitionUse, type Table } from '../../ports/table.ts';
import { chunksOf, type SqlEngine } from './engine.ts';
import { fromJson, toJson } from './text.ts';

type Args<M extends keyof Table> = Parameters<Table[M]>[0];
type Db = SqlEngine['db'];

export async function noteUses(db: Db, { taskId, uses }: Args<'noteUses'>): Promise<void> {
  const rows = uses.map((use) => ({ task_id: taskId, partition_no: use.partition, last_use: toJson(use) }));
  for (const chunk of chunksOf(rows)) await db.replaceInto('oss2cos_uses').values(chunk).execute();
}

export async function uses(db: Db, taskId: string): Promise<PartitionUse[]> {
  const rows = await db
    .selectFrom('oss2cos_uses')
    .select('last_use')
    .where('task_id', '=', taskId)
    .orderBy('partition_no')
    .execute();
  return rows.map((row) => fromJson(row.last_use) as PartitionUse);
}

export async function division(db: Db, taskId: string): Promise<Division> {
  const row = await db
    .selectFrom('oss2cos_divisions')
    .select('division')
    .where('task_id', '=', taskId)
    .executeTakeFirst();
  return row === undefined ? NO_DIVISION : (fromJson(row.division) as Division);
}

export async function moveDivision(
  { db, insertIfAbsent }: SqlEngine,
  { taskId, division: to }: Args<'moveDivision'>,
): Promise<boolean> {
  const row = { step: to.step, division: toJson(to) };
  if (to.step === 1) {
    const first = insertIfAbsent(db.insertInto('oss2cos_divisions').values({ task_id: taskId, ...row }));
    return (await first.executeTakeFirst()).numInsertedOrUpdatedRows === 1n;
  }
  const moved = await db
    .updateTable('oss2cos_divisions')
    .set(row)
    .where('task_id', '=', taskId)
    .where('step', '=', to.step - 1)
    .executeTakeFirst();
  return moved.numUpdatedRows > 0n;
}
