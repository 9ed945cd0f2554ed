/** Rows to play the table suites with. */
import { NO_TALLY, type SliceSummary, sliceName, type Tally } from '../../lib/core/slices.ts';
import { parseTask } from '../../lib/core/task.ts';
import type { Advance, NewTask, Segment, Table } from '../../lib/ports/table.ts';

/** The two handles on the store of the test under way. */
export type Handles = () => readonly [Table, Table];

/** Of task `t` the root range is `root` and everything happens from 1,000 ms on. */
export function newTask(taskId: string): NewTask {
  const task = parseTask({
    taskId,
    source: { bucket: 'photos', region: 'oss-cn-hangzhou', prefix: '照片/é \u{1f600}' },
    target: { bucket: 'photos-1250000000', region: 'ap-guangzhou' },
    filter: { exclude: ['**/\u0000"\'`%_\\*'] },
  });
  return { taskId, digest: 'd', task, nowMs: 1_000, rangeId: 'root', after: '' };
}

interface Step {
  readonly seq: number;
  readonly from: string;
  readonly to: string;
  readonly rangeId?: string;
  readonly unique?: string;
  readonly count?: number;
  readonly bytes?: number;
  readonly nowMs?: number;
}

/** A step of a range over one segment, which is `<range>/<seq>-<unique>`. */
export function advanceOver(taskId: string, step: Step) {
  const { seq, from, to, rangeId = 'root', unique = 'u', count = 5, bytes = 100, nowMs = 2_000 } = step;
  const segmentId = `${rangeId}/${seq}-${unique}`;
  const range = {
    taskId,
    rangeId,
    expectedCursor: from,
    expectedUpTo: undefined,
    cursor: to,
    listed: false,
    nowMs,
  };
  return { ...range, segment: { segmentId, seq, count, bytes } } satisfies Advance;
}

export function tallyWith(objects: { copied?: number; skipped?: number; failed?: number }): Tally {
  const counted = (n = 0) => ({ objects: n, bytes: n * 1_000 });
  return {
    copied: counted(objects.copied),
    skipped: counted(objects.skipped),
    failed: counted(objects.failed),
    verified: { crc64: objects.copied ?? 0, size: 0 },
  };
}

export function sliceOf(from: number, to: number, unique = 'u'): SliceSummary {
  return { name: sliceName({ from, to, unique }), from, to, tally: NO_TALLY, failures: {} };
}

export async function rowOf(table: Table, taskId: string, segmentId: string): Promise<Segment | undefined> {
  const [segment] = await table.segments(taskId, [segmentId]);
  return segment;
}
