/** What went silent is rung again, and given up after bounded attempts: a lost message costs time, never data. */
import type { Failure } from '../core/failures.ts';
import { gapsOf } from '../core/slices.ts';
import type { Range, Segment, TaskRow, TaskTotals } from '../ports/table.ts';
import { abandonSegment } from './abandon-segment.ts';
import type { ReporterPorts } from './reporter-ports.ts';
import { ringRange, ringSegment } from './ring.ts';
import { settle, writtenSlices } from './settle.ts';
import type { TaskState } from './task-state.ts';

const GIVEN_UP: Failure = {
  code: 'TIMEOUT',
  message: 'no function finished this part of the work, although it was sent again several times',
};

/** One pass over what is silent; answers how many rows it dealt with. */
export async function sweep(
  ports: ReporterPorts,
  row: TaskRow,
  totals: TaskTotals,
  state: TaskState,
  signal: AbortSignal,
): Promise<number> {
  const { table, clock, sweep: settings } = ports;
  const beforeMs = Math.max(row.resumedAtMs, quietBeforeMs(clock.now(), totals, settings.silenceMs));
  const segments = await table.silentSegments(row.taskId, beforeMs, settings.rowsMax);
  for (const segment of segments) await wakeSegment(ports, row, segment, state, signal);
  // A range is moved by one planner at a time and waits for nobody: silence alone tells.
  const ranges = await table.silentRanges(
    row.taskId,
    Math.max(row.resumedAtMs, clock.now() - settings.silenceMs),
    settings.rowsMax,
  );
  for (const range of ranges) await wakeRange(ports, range);
  return segments.length + ranges.length;
}

/**
 * A segment rung before this has been delivered, or lost. Segments may wait in the queue for hours while others are
 * copied: only those are overdue that were rung well before one that is done already. Where nothing of the task moves
 * any more, silence alone tells.
 */
export function quietBeforeMs(
  nowMs: number,
  totals: Pick<TaskTotals, 'movedAtMs' | 'deliveredMs'>,
  silenceMs: number,
): number {
  const stalled = nowMs - totals.movedAtMs > silenceMs;
  return (stalled ? nowMs : Math.min(nowMs, totals.deliveredMs)) - silenceMs;
}

async function wakeSegment(
  ports: ReporterPorts,
  { task }: TaskRow,
  segment: Segment,
  state: TaskState,
  signal: AbortSignal,
): Promise<void> {
  const { taskId, segmentId, count } = segment;
  // The message about a result may have been lost, and the result be there.
  const written = await writtenSlices(ports.log, state, segmentId, signal);
  const gaps = gapsOf(
    written.map(({ slice }) => slice),
    count,
  );
  if (gaps.length > 0) {
    if (segment.rings >= ports.sweep.ringsMax) {
      ports.log.warn('segment given up', { taskId, segmentId, rings: segment.rings });
      await abandonSegment({ ports, task, state }, segment, GIVEN_UP, signal);
      return;
    }
    await ringSegment(ports.queue, { taskId, state: state.location, segmentId, count, stalled: 0 });
    await ports.table.rang({ taskId, rangeIds: [], segmentIds: [segmentId], nowMs: ports.clock.now() });
  }
  await settle(ports, taskId, written);
}

async function wakeRange(ports: ReporterPorts, range: Range): Promise<void> {
  const { taskId, rangeId } = range;
  if (range.rings >= ports.sweep.ringsMax) {
    const problem = `listing stopped at ${JSON.stringify(range.cursor)}: no planner got any further in ${String(range.rings)} attempts`;
    ports.log.error('range given up', { taskId, rangeId, problem });
    await ports.table.failRange({ taskId, rangeId, problem });
    return;
  }
  await ringRange(ports.queue, { taskId, rangeId });
  await ports.table.rang({ taskId, rangeIds: [rangeId], segmentIds: [], nowMs: ports.clock.now() });
}
