/**
 * `failed.jsonl`: one line a failed key of the frozen paths, written in steps, however many there are. A step follows
 * from the place noted in the table, so that two ticks at once write the same part; the first to note it goes on.
 */
import { StoreError } from '../core/errors.ts';
import { stateKeys } from '../core/layout.ts';
import { COS_PARTS, PART_BYTES } from '../core/parts.ts';
import { type Ending, type FailedList, NO_ENDING } from '../ports/table.ts';
import { readStretch, type Stretch } from './failed-lines.ts';
import type { FailedListLimits, ReporterPorts } from './reporter-ports.ts';
import type { TaskState } from './task-state.ts';

/** A step reads no more results than this, so that it lasts seconds where failures are rare. */
const LIMITS: FailedListLimits = {
  segmentsMax: 1_024,
  partBytes: PART_BYTES,
  partBytesMin: COS_PARTS.partBytesMin,
};
/** After so many parts the next ones are larger: 10,000 of them hold the failures of any task. */
const PARTS_OF_ONE_SIZE = 1_000;
const PROBLEMS_MAX = 20;
const JSONL = { contentType: 'application/jsonl' };

interface Place {
  readonly taskId: string;
  readonly state: TaskState;
}

/** Goes on until the manifest is written, or a step ends after `untilMs`; answers what is noted then. */
export async function writeFailedManifest(
  ports: ReporterPorts,
  place: Place,
  from: Ending,
  untilMs: number,
  signal: AbortSignal,
): Promise<Ending> {
  let ending = from;
  while (ending.failedList.state === 'open' && ports.clock.now() < untilMs) {
    signal.throwIfAborted();
    ending = await step(ports, place, ending, signal);
  }
  return ending;
}

export function failedManifestKey(state: TaskState): string {
  return stateKeys.failed(state.location.prefix);
}

async function step(
  ports: ReporterPorts,
  place: Place,
  ending: Ending,
  signal: AbortSignal,
): Promise<Ending> {
  const limits = ports.failedList ?? LIMITS;
  const { failedList: list } = ending;
  const growth = 1 + Math.floor(list.etags.length / PARTS_OF_ONE_SIZE);
  const bounds = {
    afterSegmentId: list.afterSegmentId,
    bytes: limits.partBytes * growth - Buffer.byteLength(list.carried),
    segmentsMax: limits.segmentsMax,
  };
  const stretch = await readStretch(ports.table, place.taskId, place.state, bounds, signal);
  try {
    const next = await written(place.state, list, stretch, limits.partBytesMin, signal);
    return await note(ports, place, ending, next);
  } catch (error) {
    if (list.uploadId === undefined || !isOfLostUpload(error)) throw error;
    return note(ports, place, ending, await recovered(place.state, list, stretch, signal));
  }
}

/** Writes what was read, and answers the place behind it. */
async function written(
  state: TaskState,
  list: FailedList,
  stretch: Stretch,
  partBytesMin: number,
  signal: AbortSignal,
): Promise<FailedList> {
  const bytes = Buffer.concat([Buffer.from(list.carried), ...stretch.lines]);
  const next = behind(list, stretch);
  const key = failedManifestKey(state);
  if (!stretch.isLast && bytes.length < partBytesMin) return { ...next, carried: bytes.toString() };
  if (list.uploadId === undefined && stretch.isLast) {
    if (next.segments === 0) return { ...next, state: 'empty' };
    await state.store.put(key, bytes, JSONL, signal);
    return { ...next, state: 'written' };
  }
  if (list.uploadId === undefined) return { ...next, ...(await firstPart(state, bytes, signal)) };
  const upload = { key, uploadId: list.uploadId };
  const partNumber = list.etags.length + 1;
  const etags =
    bytes.length === 0
      ? list.etags
      : [...list.etags, await state.store.writePart({ upload, partNumber, bytes }, signal)];
  if (!stretch.isLast) return { ...next, etags };
  await state.store.completeUpload(upload, etags, signal);
  return { ...next, state: 'written', etags: [] };
}

function behind(list: FailedList, stretch: Stretch): FailedList {
  return {
    ...list,
    afterSegmentId: stretch.upTo,
    segments: list.segments + stretch.segments,
    carried: '',
    problems: [...list.problems, ...stretch.problems].slice(0, PROBLEMS_MAX),
  };
}

async function firstPart(
  state: TaskState,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<Pick<FailedList, 'uploadId' | 'etags'>> {
  const upload = await state.store.beginUpload(failedManifestKey(state), JSONL, signal);
  try {
    const etag = await state.store.writePart({ upload, partNumber: 1, bytes }, signal);
    return { uploadId: upload.uploadId, etags: [etag] };
  } catch (error) {
    await giveUp(state, upload.uploadId);
    throw error;
  }
}

/** The upload has ended, or holds another part than the place says: a tick of another release, or somebody's hand. */
function isOfLostUpload(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'gone' || error.code === 'invalid');
}

/** Where the object stands, the last step was done, and only its answer was lost; else all begins anew. */
async function recovered(
  state: TaskState,
  list: FailedList,
  stretch: Stretch,
  signal: AbortSignal,
): Promise<FailedList> {
  const key = failedManifestKey(state);
  const stands = stretch.isLast && (await state.store.list(key, signal)).includes(key);
  if (stands) return { ...behind(list, stretch), state: 'written', etags: [] };
  if (list.uploadId !== undefined) await state.store.abortUpload({ key, uploadId: list.uploadId }, signal);
  return NO_ENDING.failedList;
}

/** What is noted afterwards: this step, or that of a tick that was first. */
async function note(
  ports: ReporterPorts,
  { taskId, state }: Place,
  before: Ending,
  failedList: FailedList,
): Promise<Ending> {
  const ending = { ...before, step: before.step + 1, failedList };
  const moved = await ports.table.moveEnding({ taskId, ending }).catch((error: unknown) => ({ error }));
  if (moved === true) return ending;
  const noted = await ports.table.ending(taskId);
  const { uploadId } = failedList;
  const isOrphan = uploadId !== before.failedList.uploadId && uploadId !== noted.failedList.uploadId;
  if (uploadId !== undefined && isOrphan) await giveUp(state, uploadId);
  if (moved === false) return noted;
  throw moved.error;
}

/** Whatever the caller's signal says; and what went wrong before is what to tell. */
async function giveUp(state: TaskState, uploadId: string): Promise<void> {
  const upload = { key: failedManifestKey(state), uploadId };
  await state.store.abortUpload(upload, new AbortController().signal).catch(() => undefined);
}
