/** `failed.jsonl`: one line a failed key of the frozen paths, streamed, however many there are. */
import { UserError } from '../core/errors.ts';
import type { Failure } from '../core/failures.ts';
import { isFailureRetryable } from '../core/failures.ts';
import { stateKeys } from '../core/layout.ts';
import { failedEntry } from '../core/outcomes.ts';
import type { FailedEntry } from '../core/slices.ts';
import type { Segment, Table } from '../ports/table.ts';
import type { TaskState } from './task-state.ts';

const SEGMENTS_PER_PAGE = 200;
/** A report is to be read. */
const PROBLEMS_MAX = 20;
/** Result objects read at a time. */
const READS_AHEAD = 8;

/**
 * Writes the manifest and answers its address, or answers undefined, and writes nothing, where nothing failed. What a
 * lost or changed state object keeps from being listed is told in `problems`; the rest is listed all the same.
 */
export async function writeFailedManifest(
  table: Table,
  taskId: string,
  state: TaskState,
  problems: string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const first = await table.failedSegments(taskId, '', 1);
  if (first.length === 0) return undefined;
  const key = stateKeys.failed(state.location.prefix);
  await state.store.putStream(
    key,
    failedLines(table, taskId, state, problems, signal),
    { contentType: 'application/jsonl' },
    signal,
  );
  return state.where(key);
}

async function* failedLines(
  table: Table,
  taskId: string,
  state: TaskState,
  problems: string[],
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  let after = '';
  for (;;) {
    const page = await table.failedSegments(taskId, after, SEGMENTS_PER_PAGE);
    for (let at = 0; at < page.length; at += READS_AHEAD) {
      const texts = await Promise.all(
        page
          .slice(at, at + READS_AHEAD)
          .map((segment) => tellingProblems(problems, () => segmentLines(segment, state, signal))),
      );
      for (const text of texts) yield Buffer.from(text);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < SEGMENTS_PER_PAGE) return;
    after = last.segmentId;
  }
}

async function tellingProblems(problems: string[], lines: () => Promise<string>): Promise<string> {
  try {
    return await lines();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (problems.length < PROBLEMS_MAX) problems.push(`the failed manifest is incomplete: ${error.message}`);
    return '';
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
