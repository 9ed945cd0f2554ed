/** Results into the table: slices are inserted if absent, and the first complete path of a segment is frozen; tallies follow frozen paths alone. */
import { UserError } from '../core/errors.ts';
import type { ResultMessage } from '../core/messages.ts';
import type { Use } from '../core/share-object.ts';
import { addFailures, addTallies, completePath, NO_TALLY, type SliceSummary } from '../core/slices.ts';
import type { Log } from '../ports/log.ts';
import type { Segment } from '../ports/table.ts';
import { mapInLanes } from './lanes.ts';
import { divideLimits, noteUses } from './divide-limits.ts';
import type { ReporterPorts } from './reporter-ports.ts';
import { stateLocationOf, type TaskState, taskStateOf } from './task-state.ts';

/** Results read at a time, and slices of each: what a batch may ring for is never in memory together. */
const READS_IN_FLIGHT = 4;

export interface SegmentSlice {
  readonly segmentId: string;
  readonly slice: SliceSummary;
}

/** Takes in a batch of result messages, of any tasks, in any order, any number of times. */
export async function takeResults(
  ports: ReporterPorts,
  messages: readonly ResultMessage[],
  signal: AbortSignal,
): Promise<void> {
  for (const taskId of new Set(messages.map((message) => message.taskId))) {
    const ofTask = messages.filter((message) => message.taskId === taskId);
    const row = await ports.table.task(taskId);
    if (row === undefined) {
      ports.log.warn('result of an unknown task', { taskId });
      continue;
    }
    const state = taskStateOf(ports.stores, stateLocationOf(row.task));
    const inline = ofTask.flatMap(({ segmentId, slice }) =>
      slice === undefined ? [] : [{ segmentId, slice }],
    );
    const moving = ofTask.filter(({ isMoving }) => isMoving === true);
    if (moving.length > 0) await noteMoving(ports, taskId, moving);
    const isRing = ({ slice, isMoving, use }: ResultMessage) =>
      slice === undefined && isMoving !== true && use === undefined;
    const rung = new Set(ofTask.filter(isRing).map(({ segmentId }) => segmentId));
    const read = await mapInLanes(READS_IN_FLIGHT, [...rung], (segmentId) =>
      writtenSlices(ports.log, state, segmentId, signal),
    );
    await settle(ports, taskId, [...inline, ...read.flat()]);
    const uses = ofTask.flatMap(({ use }) => use ?? []);
    if (uses.length > 0) await share(ports, { taskId, state, uses }, signal);
  }
}

/** Parts of their objects moved, or wait in the queue since now: these segments are not silent. */
async function noteMoving(
  { table, clock }: ReporterPorts,
  taskId: string,
  messages: readonly ResultMessage[],
): Promise<void> {
  const segmentIds = [...new Set(messages.map(({ segmentId }) => segmentId))];
  const parts = messages.flatMap(({ segmentId, parts: stored }) =>
    stored === undefined ? [] : [{ segmentId, ...stored }],
  );
  await table.moving({ taskId, segmentIds, parts, nowMs: clock.now() });
}

async function share(
  ports: ReporterPorts,
  { taskId, state, uses }: { taskId: string; state: TaskState; uses: readonly Use[] },
  signal: AbortSignal,
): Promise<void> {
  const { sightings } = ports;
  if (sightings === undefined) return;
  await noteUses(ports, taskId, uses);
  await divideLimits({ ...ports, sightings }, taskId, state, signal);
}

/** All slices of a segment, from their objects: what the messages about them may have failed to bring. */
export async function writtenSlices(
  log: Log,
  state: TaskState,
  segmentId: string,
  signal: AbortSignal,
): Promise<SegmentSlice[]> {
  const spans = await state.spans(segmentId, signal);
  const slices = await mapInLanes(READS_IN_FLIGHT, spans, ({ name }) =>
    readableSlice(log, state, segmentId, name, signal),
  );
  return slices.flatMap((slice) => slice ?? []);
}

/** One that was removed or changed since it was written counts as never written: its segment is still to be done. */
async function readableSlice(
  log: Log,
  state: TaskState,
  segmentId: string,
  name: string,
  signal: AbortSignal,
): Promise<SegmentSlice | undefined> {
  try {
    const { failed: _, abandoned: __, ...slice } = await state.readSlice(segmentId, name, signal);
    return { segmentId, slice };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log.warn('result refused', { segmentId, problem: error.message });
    return undefined;
  }
}

export async function settle(
  ports: ReporterPorts,
  taskId: string,
  slices: readonly SegmentSlice[],
): Promise<void> {
  if (slices.length === 0) return;
  const known = await ports.table.addSlices({ taskId, slices, nowMs: ports.clock.now() });
  for (const segment of await ports.table.segments(taskId, [...known.keys()])) {
    if (!segment.done) await freezeIfComplete(ports, segment, known.get(segment.segmentId) ?? []);
  }
}

async function freezeIfComplete(
  ports: ReporterPorts,
  segment: Segment,
  slices: readonly SliceSummary[],
): Promise<void> {
  const path = completePath(slices, segment.count);
  if (path === undefined) return;
  const tally = path.map((slice) => slice.tally).reduce(addTallies, NO_TALLY);
  await ports.table.freeze({
    taskId: segment.taskId,
    segmentId: segment.segmentId,
    path: path.map(({ name }) => name),
    tally,
    failures: path.map(({ failures }) => failures).reduce(addFailures, {}),
    bytesCorrection: tally.copied.bytes + tally.skipped.bytes + tally.failed.bytes - segment.bytes,
  });
}
