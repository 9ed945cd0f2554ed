/** `oss2cos retry`: a new task over the failed manifest of one that has ended. */
import { UserError } from '../../core/errors.ts';
import { isFinal, type Report } from '../../core/report.ts';
import { parseTask, type Task } from '../../core/task.ts';
import { taskStateOf } from '../../app/task-state.ts';
import type { Stores } from '../../ports/stores.ts';
import { type CliContext, note, print } from './context.ts';
import { retryIdAfter } from './retry-id.ts';
import { runMigration, type RunOptions } from './run-migration.ts';
import { withState } from './stores.ts';
import { addressOf, findTask, spell, type TargetOptions, targetOf } from './task-target.ts';

export interface RetryOptions extends TargetOptions, RunOptions {
  readonly newId?: string;
  /** Only says what the retry would be: for the planner function, or `oss2cos start`. */
  readonly print?: boolean;
}

interface Attempt {
  readonly task: Task;
  /** Undefined: begun, and nothing reported yet. */
  readonly report: Report | undefined;
}

/** Goes on with a retry that was stopped; follows on the last one where that has ended. */
export async function retryCommand(io: CliContext, argument: string, options: RetryOptions): Promise<number> {
  const target = await findTask(io, argument, options);
  const first = await withState(io, async (stores): Promise<Attempt> => {
    const state = taskStateOf(stores, target.location);
    const { signal } = new AbortController();
    return { task: await state.readTask(signal), report: await state.readReport(signal) };
  });
  const { report } = first;
  if (report === undefined || !isFinal(report))
    throw new UserError(
      `task ${target.taskId} has not ended; ${spell('status', target.words)} tells how it goes`,
    );
  if (!report.listing.complete) note(io, unlistedText(report));
  if (options.newId !== undefined) return again(io, first, options.newId, options);
  const { last, freeId } = await lastAttempt(io, first);
  return again(io, last, freeId, options);
}

/** The newest of `<id>-retry-1`, `-2` … that follow on one another, or the task itself; and the first id not in use. */
function lastAttempt(io: CliContext, first: Attempt): Promise<{ last: Attempt; freeId: string }> {
  const { signal } = new AbortController();
  return withState(io, async (stores) => {
    let last = first;
    for (let taskId = retryIdAfter(first.task.taskId); ; taskId = retryIdAfter(taskId)) {
      const next = await attempt(stores, { ...first.task, taskId }, signal);
      if (next === undefined) return { last, freeId: taskId };
      if (follows(next, last)) last = next;
    }
  });
}

/** Others may have taken the name for a task of theirs. */
function follows(next: Attempt, last: Attempt): boolean {
  const manifest = last.report?.manifests.failed;
  return manifest !== undefined && next.task.source.manifest === manifest;
}

async function attempt(stores: Stores, task: Task, signal: AbortSignal): Promise<Attempt | undefined> {
  const state = taskStateOf(stores, addressOf(targetOf(task, '').location)); // it may be a task of others
  const isThere = (await state.store.list(`${state.location.prefix}task.json`, signal)).length > 0;
  if (!isThere) return undefined;
  return { task: await state.readTask(signal), report: await state.readReport(signal) };
}

function again(
  io: CliContext,
  { task, report }: Attempt,
  taskId: string,
  options: RetryOptions,
): Promise<number> | number {
  if (report === undefined || !isFinal(report)) {
    if (options.print === true) throw new UserError(`${task.taskId}, its retry, has not ended`);
    note(io, `going on with ${task.taskId}, which has not ended`);
    return runMigration(io, task, options);
  }
  const manifest = report.manifests.failed;
  if (manifest === undefined) return nothingFailed(io, report);
  const retried = parseTask({ ...task, taskId, source: { ...task.source, manifest } });
  if (options.print === true) {
    print(io, JSON.stringify(retried, null, 2));
    return 0;
  }
  note(io, `retrying the keys of ${manifest} as task ${taskId}`);
  return runMigration(io, retried, options);
}

function nothingFailed(io: CliContext, { taskId, listing }: Report): number {
  print(
    io,
    listing.complete
      ? `no object of task ${taskId} failed: there is nothing to retry`
      : `no object that task ${taskId} listed failed: there is nothing to retry`,
  );
  return listing.complete ? 0 : 1;
}

function unlistedText({ taskId }: Report): string {
  return (
    `the listing of ${taskId} was not complete: keys that it never listed are in no manifest, and no retry takes them up. ` +
    'To pass over everything again, migrate the same task file under a new "taskId" with "conflict": "changed", ' +
    'which copies only what the target does not have yet'
  );
}
