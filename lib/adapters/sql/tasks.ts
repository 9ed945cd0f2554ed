/** Task rows. */
import type { Selectable } from 'kysely';
import type { Task } from '../../core/task.ts';
import type { NewTask, Table, TaskRow, TaskState } from '../../ports/table.ts';
import type { SqlEngine } from './engine.ts';
import { rangeValues } from './ranges.ts';
import type { Tables } from './schema.ts';
import { slotRows } from './slots.ts';
import { fromJson, toJson } from './text.ts';

type Db = SqlEngine['db'];

function taskRowOf(row: Selectable<Tables['oss2cos_tasks']>): TaskRow {
  return {
    taskId: row.task_id,
    digest: row.digest,
    task: fromJson(row.task) as Task,
    state: row.state as TaskState,
    startedAtMs: row.started_at_ms,
    finishedAtMs: row.finished_at_ms ?? undefined,
    resumedAtMs: row.resumed_at_ms,
  };
}

export async function createTask({ db, insertIfAbsent }: SqlEngine, task: NewTask): Promise<TaskRow> {
  const values = {
    task_id: task.taskId,
    digest: task.digest,
    task: toJson(task.task),
    state: 'running' satisfies TaskState,
    started_at_ms: task.nowMs,
    finished_at_ms: null,
    resumed_at_ms: task.nowMs,
  };
  return db.transaction().execute(async (trx) => {
    const inserted = await insertIfAbsent(trx.insertInto('oss2cos_tasks').values(values)).executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) {
      await trx.insertInto('oss2cos_ranges').values(rangeValues(task)).execute();
      const slots = slotRows(task.taskId, { ranges: 1, ranges_open: 1, moved_at_ms: task.nowMs });
      await trx.insertInto('oss2cos_counters').values(slots).execute();
    }
    return taskRowOf(await selectTask(trx, task.taskId).executeTakeFirstOrThrow());
  });
}

export async function task(db: Db, taskId: string): Promise<TaskRow | undefined> {
  const row = await selectTask(db, taskId).executeTakeFirst();
  return row && taskRowOf(row);
}

function selectTask(db: Db, taskId: string) {
  return db.selectFrom('oss2cos_tasks').selectAll().where('task_id', '=', taskId);
}

export async function unfinishedTasks(db: Db): Promise<TaskRow[]> {
  const final: TaskState[] = ['finished', 'cancelled'];
  const rows = await db
    .selectFrom('oss2cos_tasks')
    .selectAll()
    .where('state', 'not in', final)
    .orderBy('task_id')
    .execute();
  return rows.map(taskRowOf);
}

function stampOf(to: TaskState, atMs: number): { finished_at_ms?: number; resumed_at_ms?: number } {
  switch (to) {
    case 'finished':
    case 'cancelled':
      return { finished_at_ms: atMs };
    case 'running':
      return { resumed_at_ms: atMs };
    case 'paused':
    case 'cancelling':
      return {};
  }
}

export async function setTaskState(
  db: Db,
  { taskId, from, to, atMs }: Parameters<Table['setTaskState']>[0],
): Promise<boolean> {
  if (from.length === 0) return false;
  const updated = await db
    .updateTable('oss2cos_tasks')
    .set({ state: to, ...stampOf(to, atMs) })
    .where('task_id', '=', taskId)
    .where('state', 'in', from)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}
