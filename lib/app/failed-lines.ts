/** The lines of `failed.jsonl`, a bounded stretch of segments at a time: what follows a place is always the same. */
import { UserError } from '../core/errors.ts';
import type { Failure } from '../core/failures.ts';
import { isFailureRetryable } from '../core/failures.ts';
import { failedEntry } from '../core/outcomes.ts';
import type { FailedEntry } from '../core/slices.ts';
import type { Segment, Table } from '../ports/table.ts';
import { mapInLanes } from './lanes.ts';
import type { TaskState } from './task-state.ts';

/** Results of a page. */
const PAGE = 16;
/** Of them read at a time: hides the latency of a store; each takes ten times its few MB at worst while it is parsed. */
const READS_IN_FLIGHT = 4;

export interface Stretch {
  readonly lines: readonly Buffer[];
  readonly bytes: number;
  /** The last segment of the stretch. */
  readonly upTo: string;
  readonly segments: number;
  readonly isLast: boolean;
  /** What a lost or changed state object keeps from being listed. */
  readonly problems: readonly string[];
}

export interface StretchBounds {
  readonly afterSegmentId: string;
  /** It ends with the segments that reach either of them. */
  readonly bytes: number;
  readonly segmentsMax: number;
}

export async function readStretch(
  table: Table,
  taskId: string,
  state: TaskState,
  bounds: StretchBounds,
  signal: AbortSignal,
): Promise<Stretch> {
  const lines: Buffer[] = [];
  const problems: string[] = [];
  let [upTo, bytes, segments, isLast] = [bounds.afterSegmentId, 0, 0, false];
  while (!isLast && bytes < bounds.bytes && segments < bounds.segmentsMax) {
    const page = await table.failedSegments(taskId, upTo, PAGE);
    const texts = await mapInLanes(READS_IN_FLIGHT, page, (segment) =>
      listable(segment, state, problems, signal),
    );
    lines.push(...texts);
    bytes += texts.reduce((sum, { length }) => sum + length, 0);
    segments += page.length;
    upTo = page.at(-1)?.segmentId ?? upTo;
    isLast = page.length < PAGE;
  }
  return { lines, bytes, upTo, segments, isLast, problems };
}

/** Nothing, and a problem, where a state object is not as it was written: the rest is listed all the same. */
async function listable(
  segment: Segment,
  state: TaskState,
  problems: string[],
  signal: AbortSignal,
): Promise<Buffer> {
  try {
    return Buffer.from(await segmentLines(segment, state, signal));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(`the failed manifest is incomplete: ${error.message}`);
    return Buffer.alloc(0);
  }
}

async function segmentLines(segment: Segment, state: TaskState, signal: AbortSignal): Promise<string> {
  let lines = '';
  for (const name of segment.path ?? []) {
    const slice = await state.readSlice(segment.segmentId, name, signal);
    const { abandoned } = slice;
    const failed =
      abandoned === undefined
        ? slice.failed
        : await abandonedEntries(segment, slice, abandoned, state, signal);
    for (const entry of failed) lines += failedLine(entry);
  }
  return lines;
}

async function abandonedEntries(
  segment: Segment,
  span: { readonly from: number; readonly to: number },
  failure: Failure,
  state: TaskState,
  signal: AbortSignal,
): Promise<FailedEntry[]> {
  const entries = await state.readManifest(segment.segmentId, segment.count, signal);
  return entries.slice(span.from, span.to).map((entry) => failedEntry(entry, failure));
}

function failedLine({ key, size, etag, error }: FailedEntry): string {
  return (
    JSON.stringify({ key, size, etag, error: { ...error, retryable: isFailureRetryable(error.code) } }) + '\n'
  );
}
