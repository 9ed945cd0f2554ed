/** `oss2cos status`: the report as it was last written, wherever the task runs. */
import { UserError } from '../../core/errors.ts';
import { exitStatusOf, isFinal } from '../../core/report.ts';
import { taskStateOf } from '../../app/task-state.ts';
import { type CliContext, print } from './context.ts';
import { withState } from './stores.ts';
import { summary } from './summary.ts';
import { addressOf, findTask, noteNext, type TargetOptions } from './task-target.ts';

export interface StatusOptions extends TargetOptions {
  readonly json?: boolean;
}

/** Answers the exit status of a task that has ended, and 0 while it goes on. */
export async function statusCommand(
  io: CliContext,
  argument: string,
  options: StatusOptions,
): Promise<number> {
  const target = await findTask(io, argument, options);
  const { signal } = new AbortController();
  const report = await withState(io, async (stores) => {
    const state = taskStateOf(stores, addressOf(target.location));
    const found = await state.readReport(signal);
    if (found === undefined) await state.readTask(signal);
    return found;
  });
  if (report === undefined)
    throw new UserError(`task ${target.taskId} has begun and not reported yet; ask again in a few seconds`);
  print(io, options.json === true ? JSON.stringify(report, null, 2) : summary(report, target.location));
  noteNext(io, report, target);
  return isFinal(report) ? exitStatusOf(report.status) : 0;
}
