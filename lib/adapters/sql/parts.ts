/** What is stored of large objects while their segments are open: rows that tell new parts from told ones, and the sum of their bytes. */
import { sql } from 'kysely';
import type { StoredParts } from '../../ports/table.ts';
import type { Queries } from './engine.ts';
import { COLUMN_BYTES_MAX } from './schema.ts';
import { slotOf } from './slots.ts';
import { encodeKey } from './text.ts';

type Db = Queries['db'];

/** Within a transaction that holds the segment's row, and of no other. */
export async function addParts(
  { db, insertIfAbsent }: Queries,
  taskId: string,
  segmentId: Buffer,
  parts: readonly StoredParts[],
): Promise<void> {
  let bytes = 0;
  for (const part of parts) {
    const name = encodeKey(part.name, COLUMN_BYTES_MAX.sliceName);
    const row = { task_id: taskId, segment_id: segmentId, name, bytes: part.bytes };
    const inserted = await insertIfAbsent(db.insertInto('oss2cos_parts').values(row)).executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) bytes += part.bytes;
  }
  if (bytes === 0) return;
  const slot = slotOf(segmentId);
  const row = { task_id: taskId, slot, bytes: 0 };
  await insertIfAbsent(db.insertInto('oss2cos_part_counters').values(row)).execute();
  await add(db, taskId, slot, bytes);
}

/** Of a segment that was marked done in the same transaction: the totals count it from now on. */
export async function forgetParts(db: Db, taskId: string, segmentId: Buffer): Promise<void> {
  const { bytes } = await db
    .selectFrom('oss2cos_parts')
    .select(sql<number | string>`coalesce(sum(bytes), 0)`.as('bytes'))
    .where('task_id', '=', taskId)
    .where('segment_id', '=', segmentId)
    .executeTakeFirstOrThrow();
  if (Number(bytes) === 0) return; // as of nearly all segments: nothing is locked for them
  await db
    .deleteFrom('oss2cos_parts')
    .where('task_id', '=', taskId)
    .where('segment_id', '=', segmentId)
    .execute();
  await add(db, taskId, slotOf(segmentId), -Number(bytes));
}

async function add(db: Db, taskId: string, slot: number, bytes: number): Promise<void> {
  await db
    .updateTable('oss2cos_part_counters')
    .set({ bytes: sql<number>`bytes + ${bytes}` })
    .where('task_id', '=', taskId)
    .where('slot', '=', slot)
    .execute();
}

/** Of all open segments. */
export async function partBytes(db: Db, taskId: string): Promise<number> {
  const { bytes } = await db
    .selectFrom('oss2cos_part_counters')
    .select(sql<number | string>`coalesce(sum(bytes), 0)`.as('bytes'))
    .where('task_id', '=', taskId)
    .executeTakeFirstOrThrow();
  return Number(bytes);
}
