/** Slice rows: what workers state that they did. */
import type { Selectable } from 'kysely';
import type { SliceSummary } from '../../core/slices.ts';
import type { Table } from '../../ports/table.ts';
import { chunksOf, type SqlEngine } from './engine.ts';
import { COLUMN_BYTES_MAX, type Tables } from './schema.ts';
import { moveSegments, segmentIdBytes } from './segments.ts';
import { decodeKey, encodeKey, fromJson, toJson } from './text.ts';

type NewSlices = Parameters<Table['addSlices']>[0];

/**
 * The order matters where transactions run side by side: the update locks the segments' rows, so that the select
 * sees every slice committed before, and of two reporters with half a path each the second sees the whole. Rows are
 * locked in the order of their keys: no two reporters wait for each other.
 */
export async function addSlices(
  { db, insertIfAbsent }: SqlEngine,
  { taskId, slices, nowMs }: NewSlices,
): Promise<ReadonlyMap<string, readonly SliceSummary[]>> {
  const rows = slices
    .map(({ segmentId, slice }) => sliceValues({ taskId, segmentId, slice, nowMs }))
    .toSorted((a, b) => Buffer.compare(a.segment_id, b.segment_id) || Buffer.compare(a.name, b.name));
  const segmentIds = [...new Set(slices.map(({ segmentId }) => segmentId))]
    .map(segmentIdBytes)
    .toSorted((a, b) => Buffer.compare(a, b));
  return db.transaction().execute(async (trx) => {
    let inserted = 0n;
    for (const chunk of chunksOf(rows)) {
      const result = await insertIfAbsent(trx.insertInto('oss2cos_slices').values(chunk)).executeTakeFirst();
      inserted += result.numInsertedOrUpdatedRows ?? 0n;
    }
    const bySegment = new Map(segmentIds.map((id): [string, SliceSummary[]] => [decodeKey(id), []]));
    for (const chunk of chunksOf(segmentIds)) {
      if (inserted > 0n) await moveSegments(trx, taskId, chunk, nowMs);
      for (const row of await selectSlices(trx, taskId, chunk))
        bySegment.get(decodeKey(row.segment_id))?.push(sliceOf(row));
    }
    return bySegment;
  });
}

function sliceValues(
  args: Pick<NewSlices, 'taskId' | 'nowMs'> & { readonly segmentId: string; readonly slice: SliceSummary },
) {
  const { name, from, to, tally, failures } = args.slice;
  return {
    task_id: args.taskId,
    segment_id: segmentIdBytes(args.segmentId),
    name: encodeKey(name, COLUMN_BYTES_MAX.sliceName),
    from_entry: from,
    to_entry: to,
    summary: toJson({ tally, failures }),
    came_at_ms: args.nowMs,
  };
}

function selectSlices(db: SqlEngine['db'], taskId: string, segmentIds: readonly Buffer[]) {
  return db
    .selectFrom('oss2cos_slices')
    .selectAll()
    .where('task_id', '=', taskId)
    .where('segment_id', 'in', segmentIds)
    .orderBy('segment_id')
    .orderBy('name')
    .execute();
}

function sliceOf(row: Selectable<Tables['oss2cos_slices']>): SliceSummary {
  const { tally, failures } = fromJson(row.summary) as Pick<SliceSummary, 'tally' | 'failures'>;
  return { name: decodeKey(row.name), from: row.from_entry, to: row.to_entry, tally, failures };
}
