/** Range rows: the ledger of the key space, and the counters that a report is made of. */
import type { ExpressionBuilder, Selectable } from 'kysely';
import { compareKeys } from '../../core/keys.ts';
import type { Advance, NewTask, Range, Split, Table } from '../../ports/table.ts';
import { plus, tallyOf } from './counters.ts';
import { instant, type SqlEngine } from './engine.ts';
import { COLUMN_BYTES_MAX, type Tables } from './schema.ts';
import { insertSegment } from './segments.ts';
import { decodeKey, encodeKey, fromJson, toJson } from './text.ts';

type Db = SqlEngine['db'];

const keyBytes = (key: string): Buffer => encodeKey(key, COLUMN_BYTES_MAX.key);
const idBytes = (rangeId: string): Buffer => encodeKey(rangeId, COLUMN_BYTES_MAX.rangeId);

/** A range that nobody has listed from yet. */
export function rangeValues(
  range: Pick<NewTask, 'taskId' | 'rangeId' | 'after' | 'nowMs'> & { readonly upTo?: string | undefined },
) {
  return {
    task_id: range.taskId,
    range_id: idBytes(range.rangeId),
    after_key: keyBytes(range.after),
    up_to_key: range.upTo === undefined ? null : keyBytes(range.upTo),
    cursor_key: keyBytes(range.after),
    state: 'open' satisfies Range['state'],
    problem: null,
    rung_at_ms: 0,
    rings: 0,
    moved_at_ms: range.nowMs,
  };
}

function rangeOf(row: Selectable<Tables['oss2cos_ranges']>): Range {
  return {
    taskId: row.task_id,
    rangeId: decodeKey(row.range_id),
    after: decodeKey(row.after_key),
    upTo: row.up_to_key === null ? undefined : decodeKey(row.up_to_key),
    cursor: decodeKey(row.cursor_key),
    state: row.state as Range['state'],
    problem: row.problem === null ? undefined : (fromJson(row.problem) as string),
    segments: row.segments,
    segmentsDone: row.segments_done,
    listed: { objects: row.listed_objects, bytes: row.listed_bytes },
    tally: tallyOf(row),
    rungAtMs: row.rung_at_ms,
    rings: row.rings,
    movedAtMs: row.moved_at_ms,
  };
}

function selectRanges(db: Db, taskId: string) {
  return db.selectFrom('oss2cos_ranges').selectAll().where('task_id', '=', taskId);
}

export async function range(db: Db, taskId: string, rangeId: string): Promise<Range | undefined> {
  const row = await selectRanges(db, taskId).where('range_id', '=', idBytes(rangeId)).executeTakeFirst();
  return row && rangeOf(row);
}

export async function ranges(
  db: Db,
  taskId: string,
  afterKey: string | undefined,
  limit: number,
): Promise<Range[]> {
  const all = selectRanges(db, taskId);
  const page = afterKey === undefined ? all : all.where('after_key', '>', keyBytes(afterKey));
  const rows = await page.orderBy('after_key').orderBy('range_id').limit(limit).execute();
  return rows.map(rangeOf);
}

export async function advance(db: Db, step: Advance): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    if (!(await moveCursor(trx, step))) return false;
    if (step.segment !== undefined) await insertSegment(trx, step, step.segment);
    return true;
  });
}

async function moveCursor(db: Db, step: Advance): Promise<boolean> {
  const { segment } = step;
  const counts = { listed_objects: segment?.count ?? 0, listed_bytes: segment?.bytes ?? 0 };
  const open = db
    .updateTable('oss2cos_ranges')
    .set({
      ...plus({ segments: segment === undefined ? 0 : 1, ...counts }),
      cursor_key: keyBytes(step.cursor),
      state: (step.listed ? 'listed' : 'open') satisfies Range['state'],
      moved_at_ms: step.nowMs,
      rings: 0,
    })
    .where('task_id', '=', step.taskId)
    .where('range_id', '=', idBytes(step.rangeId))
    .where('state', '=', 'open' satisfies Range['state'])
    .where('cursor_key', '=', keyBytes(step.expectedCursor))
    .where(endsAt(step.expectedUpTo));
  const guarded = segment === undefined ? open : open.where('segments', '=', segment.seq);
  return (await guarded.executeTakeFirst()).numUpdatedRows > 0n;
}

export async function failedRanges(db: Db, taskId: string, limit: number): Promise<Range[]> {
  const failed = selectRanges(db, taskId).where('state', '=', 'failed' satisfies Range['state']);
  const rows = await failed.orderBy('rung_at_ms').orderBy('range_id').limit(limit).execute();
  return rows.map(rangeOf);
}

/** `=` is never true of null, and the engines have no comparison in common that is. */
function endsAt(upTo: string | undefined) {
  return (eb: ExpressionBuilder<Tables, 'oss2cos_ranges'>) =>
    upTo === undefined ? eb('up_to_key', 'is', null) : eb('up_to_key', '=', keyBytes(upTo));
}

export async function split(db: Db, { at, ...split }: Split): Promise<boolean> {
  const { taskId, rangeId, expectedUpTo: upTo, newRangeId, nowMs } = split;
  if (upTo !== undefined && compareKeys(at, upTo) >= 0) return false;
  return db.transaction().execute(async (trx) => {
    const updated = await trx
      .updateTable('oss2cos_ranges')
      .set({ up_to_key: keyBytes(at) })
      .where('task_id', '=', taskId)
      .where('range_id', '=', idBytes(rangeId))
      .where('state', '=', 'open' satisfies Range['state'])
      .where('cursor_key', '<', keyBytes(at))
      .where(endsAt(upTo))
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) return false;
    const values = rangeValues({ taskId, rangeId: newRangeId, after: at, upTo, nowMs });
    await trx.insertInto('oss2cos_ranges').values(values).execute();
    return true;
  });
}

export async function failRange(
  db: Db,
  { taskId, rangeId, problem }: Parameters<Table['failRange']>[0],
): Promise<boolean> {
  const updated = await db
    .updateTable('oss2cos_ranges')
    .set({ state: 'failed' satisfies Range['state'], problem: toJson(problem) })
    .where('task_id', '=', taskId)
    .where('range_id', '=', idBytes(rangeId))
    .where('state', '=', 'open' satisfies Range['state'])
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

export async function silentRanges(
  db: Db,
  taskId: string,
  beforeMs: number,
  limit: number,
): Promise<Range[]> {
  const rows = await selectRanges(db, taskId)
    .where('state', '=', 'open' satisfies Range['state'])
    .where('rung_at_ms', '<', instant(beforeMs))
    .where('moved_at_ms', '<', instant(beforeMs))
    .orderBy('rung_at_ms')
    .orderBy('range_id')
    .limit(limit)
    .execute();
  return rows.map(rangeOf);
}

export async function rangRanges(
  db: Db,
  taskId: string,
  rangeIds: readonly string[],
  nowMs: number,
): Promise<void> {
  await db
    .updateTable('oss2cos_ranges')
    .set({ ...plus({ rings: 1 }), rung_at_ms: nowMs })
    .where('task_id', '=', taskId)
    .where('range_id', 'in', rangeIds.map(idBytes))
    .execute();
}
