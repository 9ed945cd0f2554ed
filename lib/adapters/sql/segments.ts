/** Segment rows: what was cut from a range, and whether it is done. */
import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import { compareKeys } from '../../core/keys.ts';
import type { Advance, Freeze, Segment, Table } from '../../ports/table.ts';
import { plus, tallyColumns } from './counters.ts';
import { chunksOf, instant, type Queries, type SqlEngine } from './engine.ts';
import { addFailureRows } from './failures.ts';
import { addParts, forgetParts } from './parts.ts';
import { COLUMN_BYTES_MAX, type Tables } from './schema.ts';
import { count, slotOf } from './slots.ts';
import { decodeKey, encodeKey, fromJson, toJson } from './text.ts';

type Db = SqlEngine['db'];

export const segmentIdBytes = (segmentId: string): Buffer => encodeKey(segmentId, COLUMN_BYTES_MAX.segmentId);

function segmentOf(row: Selectable<Tables['oss2cos_segments']>): Segment {
  return {
    taskId: row.task_id,
    segmentId: decodeKey(row.segment_id),
    rangeId: decodeKey(row.range_id),
    seq: row.seq,
    count: row.entries,
    bytes: row.bytes,
    done: row.done === 1,
    path: row.path === null ? undefined : (fromJson(row.path) as string[]),
    failed: row.failed,
    rungAtMs: row.rung_at_ms,
    rings: row.rings,
    movedAtMs: row.moved_at_ms,
  };
}

export async function insertSegment(
  db: Db,
  step: Advance,
  segment: NonNullable<Advance['segment']>,
): Promise<void> {
  const values = {
    task_id: step.taskId,
    segment_id: segmentIdBytes(segment.segmentId),
    range_id: encodeKey(step.rangeId, COLUMN_BYTES_MAX.rangeId),
    seq: segment.seq,
    entries: segment.count,
    bytes: segment.bytes,
    path: null,
    rung_at_ms: step.nowMs,
    rings: 0,
    moved_at_ms: step.nowMs,
  };
  await db.insertInto('oss2cos_segments').values(values).execute();
}

function selectSegments(db: Db, taskId: string) {
  return db.selectFrom('oss2cos_segments').selectAll().where('task_id', '=', taskId);
}

export async function segments(db: Db, taskId: string, segmentIds: readonly string[]): Promise<Segment[]> {
  const found: Segment[] = [];
  for (const chunk of chunksOf(segmentIds)) {
    const rows = await selectSegments(db, taskId)
      .where('segment_id', 'in', chunk.map(segmentIdBytes))
      .execute();
    found.push(...rows.map(segmentOf));
  }
  return found;
}

export async function freeze({ db, insertIfAbsent }: SqlEngine, frozen: Freeze): Promise<boolean> {
  const { taskId } = frozen;
  const segmentId = segmentIdBytes(frozen.segmentId);
  return db.transaction().execute(async (trx) => {
    const marked = await trx
      .updateTable('oss2cos_segments')
      .set({ done: 1, path: toJson(frozen.path), failed: frozen.tally.failed.objects })
      .where('task_id', '=', taskId)
      .where('segment_id', '=', segmentId)
      .where('done', '=', 0)
      .executeTakeFirst();
    if (marked.numUpdatedRows === 0n) return false;
    if (frozen.tally.failed.objects > 0)
      await trx
        .insertInto('oss2cos_failed_segments')
        .values({ task_id: taskId, segment_id: segmentId })
        .execute();
    const slot = slotOf(segmentId);
    await forgetParts(trx, taskId, segmentId);
    const amounts = {
      ...tallyColumns(frozen.tally),
      segments_done: 1,
      listed_bytes: frozen.bytesCorrection,
    };
    await count(trx, { taskId, slot, amounts });
    await addFailureRows({ db: trx, insertIfAbsent }, { taskId, slot, failures: frozen.failures });
    return true;
  });
}

export async function silentSegments(
  db: Db,
  taskId: string,
  beforeMs: number,
  limit: number,
): Promise<Segment[]> {
  const rows = await selectSegments(db, taskId)
    .where('done', '=', 0)
    .where('rung_at_ms', '<', instant(beforeMs))
    .where('moved_at_ms', '<', instant(beforeMs))
    .orderBy('rung_at_ms')
    .orderBy('segment_id')
    .limit(limit)
    .execute();
  return rows.map(segmentOf);
}

export async function rangSegments(
  db: Db,
  taskId: string,
  segmentIds: readonly string[],
  nowMs: number,
): Promise<void> {
  await db
    .updateTable('oss2cos_segments')
    .set({ ...plus({ rings: 1 }), rung_at_ms: nowMs })
    .where('task_id', '=', taskId)
    .where('segment_id', 'in', segmentIds.map(segmentIdBytes))
    .execute();
}

/** Each segment's row is locked before its parts and their counter, as `freeze` does it, and no two segments at once. */
export async function moving(queries: Queries, args: Parameters<Table['moving']>[0]): Promise<void> {
  const { db, insertIfAbsent } = queries;
  const { taskId, segmentIds, parts, nowMs } = args;
  const withParts = new Set(parts.map(({ segmentId }) => segmentId));
  const without = segmentIds.filter((id) => !withParts.has(id));
  for (const chunk of chunksOf(without)) await touch(db, taskId, chunk.map(segmentIdBytes), nowMs);
  for (const id of segmentIds.filter((one) => withParts.has(one))) {
    const own = parts.filter(({ segmentId }) => segmentId === id);
    await db.transaction().execute(async (trx) => {
      const isOpen = (await touch(trx, taskId, [segmentIdBytes(id)], nowMs)) > 0n;
      if (isOpen) await addParts({ db: trx, insertIfAbsent }, taskId, segmentIdBytes(id), own);
    });
  }
}

/** Those that are done have nothing under way. Answers how many are open. */
async function touch(db: Db, taskId: string, ids: readonly Buffer[], nowMs: number): Promise<bigint> {
  const moved = await db
    .updateTable('oss2cos_segments')
    .set({ rung_at_ms: nowMs, moved_at_ms: nowMs, rings: 0 })
    .where('task_id', '=', taskId)
    .where('segment_id', 'in', ids)
    .where('done', '=', 0)
    .executeTakeFirst();
  return moved.numUpdatedRows;
}

/** Those of the given segments that a slice came for at `nowMs` have moved. */
export async function moveSegments(
  db: Db,
  taskId: string,
  segmentIds: readonly Buffer[],
  nowMs: number,
): Promise<void> {
  const cameNow = (eb: ExpressionBuilder<Tables, 'oss2cos_segments'>) =>
    eb
      .selectFrom('oss2cos_slices')
      .select(sql<number>`1`.as('one'))
      .where('oss2cos_slices.task_id', '=', taskId)
      .whereRef('oss2cos_slices.segment_id', '=', 'oss2cos_segments.segment_id')
      .where('oss2cos_slices.came_at_ms', '=', nowMs);
  await db
    .updateTable('oss2cos_segments')
    .set({ moved_at_ms: nowMs, rings: 0 })
    .where('task_id', '=', taskId)
    .where('segment_id', 'in', segmentIds)
    .where((eb) => eb.exists(cameNow(eb)))
    .execute();
}

export async function failedSegments(
  db: Db,
  taskId: string,
  afterSegmentId: string,
  limit: number,
): Promise<Segment[]> {
  const page = db
    .selectFrom('oss2cos_failed_segments')
    .select('segment_id')
    .where('task_id', '=', taskId)
    .where('segment_id', '>', segmentIdBytes(afterSegmentId))
    .orderBy('segment_id')
    .limit(limit);
  const ids = (await page.execute()).map(({ segment_id: id }) => decodeKey(id));
  const found = await segments(db, taskId, ids);
  return found.toSorted((a, b) => compareKeys(a.segmentId, b.segmentId));
}
