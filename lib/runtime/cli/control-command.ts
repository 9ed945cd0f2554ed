/** `oss2cos pause`, `resume` and `cancel`: write `control.json`, which whatever runs the task reads every few seconds. */
import type { Control } from '../../core/control.ts';
import { UserError } from '../../core/errors.ts';
import { isFinal } from '../../core/report.ts';
import { type TaskState, taskStateOf } from '../../app/task-state.ts';
import { type CliContext, print } from './context.ts';
import { withState } from './stores.ts';
import { addressOf, findTask, spell, type TargetOptions, type TaskTarget } from './task-target.ts';

export type ControlVerb = 'pause' | 'resume' | 'cancel';

const STATES = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const satisfies Record<
  ControlVerb,
  Control['state']
>;

export const WHO_RUNS_IT =
  'Where nothing runs the task (a `migrate` that was stopped), this takes effect when it is run again.';

/** Throws `UserError` where there is no such task, it has ended, or it is being cancelled. */
export async function controlCommand(
  io: CliContext,
  verb: ControlVerb,
  argument: string,
  options: TargetOptions,
): Promise<number> {
  const target = await findTask(io, argument, options);
  const { signal } = new AbortController();
  const standing = await withState(io, async (stores) => {
    const state = taskStateOf(stores, addressOf(target.location));
    const control = await controllable(state, target, verb, signal);
    if (control.state !== STATES[verb]) await state.writeControl({ ...control, state: STATES[verb] }, signal);
    return control;
  });
  print(io, standing.state === STATES[verb] ? alreadyText(verb, target) : nextText(verb, target));
  return 0;
}

/** The control that stands; throws `UserError` where the task can no longer be controlled. */
export async function controllable(
  state: TaskState,
  { taskId, words }: TaskTarget,
  verb: ControlVerb | 'limit',
  signal: AbortSignal,
): Promise<Control> {
  await state.readTask(signal);
  const report = await state.readReport(signal);
  if (report !== undefined && isFinal(report)) {
    throw new UserError(
      `task ${taskId} ended at ${report.finishedAt ?? ''} (${report.status}): there is nothing to ${verb}`,
    );
  }
  const control = await state.readControl(signal);
  if (control.state === 'cancelled' && verb !== 'cancel') {
    throw new UserError(
      `task ${taskId} is being cancelled, which is not taken back; once it has ended, \`${spell('retry', words)}\` takes up what was not tried`,
    );
  }
  return control;
}

function alreadyText(verb: ControlVerb, { taskId }: TaskTarget): string {
  const already = {
    pause: 'was asked to pause already',
    resume: 'is not paused',
    cancel: 'was asked to cancel already',
  };
  return `task ${taskId} ${already[verb]}; nothing was changed. ${WHO_RUNS_IT}`;
}

function nextText(verb: ControlVerb, { taskId, words }: TaskTarget): string {
  switch (verb) {
    case 'pause':
      return `task ${taskId} pauses within about ten seconds; objects under way are finished or left for later. Let it go on with: ${spell('resume', words)}\n${WHO_RUNS_IT}`;
    case 'resume':
      return `task ${taskId} goes on within about ten seconds. See how with: ${spell('status', words)}\n${WHO_RUNS_IT}`;
    case 'cancel':
      return `task ${taskId} ends soon; what is copied stays, and what was listed and not tried is reported as CANCELLED. Take it up later with: ${spell('retry', words)}\n${WHO_RUNS_IT}`;
  }
}
