/** What went silent is rung again, and given up after bounded attempts: a lost message costs time, never data. */
import { UserError } from '../core/errors.ts';
import type { Failure } from '../core/failures.ts';
import type { Entry } from '../core/object.ts';
import { sliceName, farthest, type Slice } from '../core/slices.ts';
import type { Range, Segment, TaskRow, TaskTotals } from '../ports/table.ts';
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
  for (const segment of segments) await wakeSegment(ports, segment, state, signal);
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
  segment: Segment,
  state: TaskState,
  signal: AbortSignal,
): Promise<void> {
  const { taskId, segmentId, count } = segment;
  // The message about a result may have been lost, and the result be there.
  const slices = await writtenSlices(ports.log, state, segmentId, signal);
  if (
    farthest(
      slices.map(({ slice }) => slice),
      count,
    ) < count
  ) {
    if (segment.rings >= ports.sweep.ringsMax) {
      ports.log.warn('segment given up', { taskId, segmentId, rings: segment.rings });
      await abandonSegment(ports, segment, GIVEN_UP, state, signal);
      return;
    }
    await ringSegment(ports.queue, { taskId, state: state.location, segmentId, count, stalled: 0 });
    await ports.table.rang({ taskId, rangeIds: [], segmentIds: [segmentId], nowMs: ports.clock.now() });
  }
  await settle(ports, taskId, slices);
}

/** States that everything of a segment that is not done yet failed for this reason; the keys stay in the manifest. */
export async function abandonSegment(
  ports: ReporterPorts,
  segment: Segment,
  failure: Failure,
  state: TaskState,
  signal: AbortSignal,
): Promise<void> {
  const { taskId, segmentId, count } = segment;
  const written = await writtenSlices(ports.log, state, segmentId, signal);
  const from = farthest(
    written.map(({ slice }) => slice),
    count,
  );
  const rest = from < count ? [await abandonedSlice(ports, segment, from, failure, state, signal)] : [];
  await settle(ports, taskId, [...written, ...rest.map((slice) => ({ segmentId, slice }))]);
}

async function abandonedSlice(
  ports: ReporterPorts,
  segment: Segment,
  from: number,
  failure: Failure,
  state: TaskState,
  signal: AbortSignal,
): Promise<Omit<Slice, 'failed' | 'abandoned'>> {
  const { segmentId, count } = segment;
  const rest = await restOf(state, segment, from, signal);
  const failed = { objects: count - from, bytes: rest.reduce((sum, { size }) => sum + (size ?? 0), 0) };
  const samples = rest.slice(0, 1).map(({ key }) => ({ key, message: failure.message }));
  const summary = {
    name: sliceName({ from, to: count, unique: ports.dice.unique() }),
    from,
    to: count,
    tally: { copied: NONE, skipped: NONE, failed, verified: { crc64: 0, size: 0 } },
    failures: { [failure.code]: { objects: count - from, samples } },
  };
  await state.writeSlice(segmentId, { ...summary, failed: [], abandoned: failure }, signal);
  return summary;
}

/** Nothing where the manifest was removed or changed: the segment ends all the same. */
async function restOf(
  state: TaskState,
  { segmentId, count }: Segment,
  from: number,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  try {
    return (await state.readManifest(segmentId, count, signal)).slice(from);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

const NONE = { objects: 0, bytes: 0 };

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
