/** Range rows: the ledger of the key space. */
import type { ExpressionBuilder, Selectable } from 'kysely';
import { compareKeys } from '../../core/keys.ts';
import type { Advance, NewTask, Range, Split, Table } from '../../ports/table.ts';
import { plus } from './counters.ts';
import { instant, type SqlEngine } from './engine.ts';
import { COLUMN_BYTES_MAX, type Tables } from './schema.ts';
import { insertSegment } from './segments.ts';
import { type Amounts, count, slotOf } from './slots.ts';
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
    listed: { objects: row.listed_objects, bytes: row.listed_bytes },
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
    await countOf(trx, step, { ...cutOf(step), ranges_open: step.listed ? -1 : 0 }, step.nowMs);
    return true;
  });
}

function countOf(
  db: Db,
  { taskId, rangeId }: Pick<Range, 'taskId' | 'rangeId'>,
  amounts: Amounts,
  movedAtMs: number,
): Promise<void> {
  return count(db, { taskId, slot: slotOf(idBytes(rangeId)), amounts, movedAtMs });
}

function cutOf({ segment }: Advance) {
  if (segment === undefined) return { segments: 0, listed_objects: 0, listed_bytes: 0 };
  return { segments: 1, listed_objects: segment.count, listed_bytes: segment.bytes };
}

async function moveCursor(db: Db, step: Advance): Promise<boolean> {
  const { segment } = step;
  const open = db
    .updateTable('oss2cos_ranges')
    .set({
      ...plus(cutOf(step)),
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
    await countOf(trx, { taskId, rangeId }, { ranges: 1, ranges_open: 1 }, nowMs);
    return true;
  });
}

export async function failRange(
  db: Db,
  { taskId, rangeId, problem }: Parameters<Table['failRange']>[0],
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const updated = await trx
      .updateTable('oss2cos_ranges')
      .set({ state: 'failed' satisfies Range['state'], problem: toJson(problem) })
      .where('task_id', '=', taskId)
      .where('range_id', '=', idBytes(rangeId))
      .where('state', '=', 'open' satisfies Range['state'])
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) return false;
    await countOf(trx, { taskId, rangeId }, { ranges_open: -1, ranges_failed: 1 }, 0);
    return true;
  });
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
