/** `oss2cos limit`: changes a task's limits while it runs, through `control.json`; its state stays as it is. */
import type { Control } from '../../core/control.ts';
import { formatBytes } from '../../core/bytes.ts';
import { UserError } from '../../core/errors.ts';
import { type Rates, ratesShape } from '../../core/limits.ts';
import { mistakesOf } from '../../core/mistakes.ts';
import { taskStateOf } from '../../app/task-state.ts';
import { type CliContext, print } from './context.ts';
import { controllable, WHO_RUNS_IT } from './control-command.ts';
import { withState } from './stores.ts';
import { addressOf, findTask, type TargetOptions } from './task-target.ts';

export interface LimitOptions extends TargetOptions {
  readonly requestsPerSecond?: string;
  readonly bytesPerSecond?: string;
  /** No limits at all. */
  readonly none?: boolean;
  /** The task's own again. */
  readonly reset?: boolean;
}

/** What is not said is unlimited. Throws `UserError` where the options say nothing or too much, or the task cannot be controlled. */
export async function limitCommand(io: CliContext, argument: string, options: LimitOptions): Promise<number> {
  const limits = limitsOf(options);
  const target = await findTask(io, argument, options);
  const { signal } = new AbortController();
  await withState(io, async (stores) => {
    const state = taskStateOf(stores, addressOf(target.location));
    const { limits: _, ...rest } = await controllable(state, target, 'limit', signal);
    const control: Control = limits === undefined ? rest : { ...rest, limits };
    await state.writeControl(control, signal);
  });
  print(io, `task ${target.taskId}, within about ten seconds: ${textOf(limits)}. ${WHO_RUNS_IT}`);
  return 0;
}

/** Undefined: the task's own. */
function limitsOf({ requestsPerSecond, bytesPerSecond, none, reset }: LimitOptions): Rates | undefined {
  const isRate = requestsPerSecond !== undefined || bytesPerSecond !== undefined;
  if ([isRate, none === true, reset === true].filter(Boolean).length !== 1) {
    throw new UserError(
      'limit takes --requests-per-second, --bytes-per-second, or both; or --none alone; or --reset alone',
    );
  }
  if (reset === true) return undefined;
  const parsed = ratesShape.safeParse({
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond: numberIn(requestsPerSecond) }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond: numberIn(bytesPerSecond) }),
  });
  if (parsed.success) return parsed.data;
  throw new UserError('the limits have mistakes:', mistakesOf(parsed.error, 'limit'));
}

/** Text that is no number stays what it is: a size, or a mistake. */
function numberIn(text: string): number | string {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function textOf(limits: Rates | undefined): string {
  if (limits === undefined) return 'the limits of the task itself hold again';
  const { requestsPerSecond, bytesPerSecond } = limits;
  const requests = requestsPerSecond === undefined ? 'without limit' : `${requestsPerSecond} a second`;
  const bytes = bytesPerSecond === undefined ? 'without limit' : `${formatBytes(bytesPerSecond)} a second`;
  return `requests ${requests}, bytes ${bytes}`;
}
