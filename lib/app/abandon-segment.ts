/** A segment that is ended by the reporter: given up, or cancelled. */
import { UserError } from '../core/errors.ts';
import type { Failure } from '../core/failures.ts';
import type { Entry } from '../core/object.ts';
import { SPREAD } from '../core/parts.ts';
import { type Gap, gapsOf, type Slice, sliceName, type SliceSummary } from '../core/slices.ts';
import type { Task } from '../core/task.ts';
import type { Segment } from '../ports/table.ts';
import { cleanSegment, mayHaveUploads } from './clean-uploads.ts';
import { mappingOf } from './copy-context.ts';
import type { ReporterPorts } from './reporter-ports.ts';
import { settle, writtenSlices } from './settle.ts';
import type { TaskState } from './task-state.ts';
import { UploadState } from './upload-state.ts';

export interface TaskPlace {
  readonly ports: ReporterPorts;
  readonly task: Task;
  readonly state: TaskState;
}

const NONE = { objects: 0, bytes: 0 };

/** States that everything of a segment that is not done yet failed for this reason; the keys stay in the manifest. */
export async function abandonSegment(
  place: TaskPlace,
  segment: Segment,
  failure: Failure,
  signal: AbortSignal,
): Promise<void> {
  const { ports, state } = place;
  const { taskId, segmentId, count } = segment;
  const written = await writtenSlices(ports.log, state, segmentId, signal);
  const gaps = gapsOf(
    written.map(({ slice }) => slice),
    count,
  );
  const entries = await entriesOf(state, segment, signal);
  await freeUploads(place, segmentId, entries, signal);
  const abandoned = [];
  for (const gap of gaps) {
    const slice = abandonedSlice(entries.slice(gap.from, gap.to), gap, failure, ports.dice.unique());
    await state.writeSlice(segmentId, { ...slice, failed: [], abandoned: failure }, signal);
    abandoned.push({ segmentId, slice });
  }
  // Once more: whoever begins an upload looks for these slices then, so that one of the two sees the other.
  await freeUploads(place, segmentId, entries, signal);
  await settle(ports, taskId, [...written, ...abandoned]);
}

function abandonedSlice(
  rest: readonly Entry[],
  { from, to }: Gap,
  failure: Failure,
  unique: string,
): SliceSummary & Omit<Slice, 'failed' | 'abandoned'> {
  const failed = { objects: to - from, bytes: rest.reduce((sum, { size }) => sum + (size ?? 0), 0) };
  const samples = rest.slice(0, 1).map(({ key }) => ({ key, message: failure.message }));
  return {
    name: sliceName({ from, to, unique }),
    from,
    to,
    tally: { copied: NONE, skipped: NONE, failed, verified: { crc64: 0, size: 0 } },
    failures: { [failure.code]: { objects: to - from, samples } },
  };
}

/** Nothing where the manifest was removed or changed: the segment ends all the same. */
async function entriesOf(
  state: TaskState,
  { segmentId, count }: Segment,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  try {
    return await state.readManifest(segmentId, count, signal);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

async function freeUploads(
  { ports, task, state }: TaskPlace,
  segmentId: string,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<void> {
  if (!mayHaveUploads(entries, ports.spread ?? SPREAD)) return;
  const uploads = new UploadState(state, segmentId);
  const places = await uploads.places(signal);
  const sink = ports.stores.sink(task);
  await cleanSegment({ sink, uploads, log: ports.log, entries, mapping: mappingOf(task), places }, signal);
}
