/** `oss2cos start`: hands a task to planner workers, as invoking the planner function does. */
import { startTask } from '../../app/start-task.ts';
import { stateLocationOf } from '../../app/task-state.ts';
import { UserError } from '../../core/errors.ts';
import { cosUrl } from '../../core/layout.ts';
import { type CliContext, note, print } from './context.ts';
import { withEngines } from './engines.ts';
import { problemLog } from './problem-log.ts';
import { readTask } from './task-file.ts';
import { endpointWords, spell } from './task-target.ts';

/** For preflight, and the task object. */
const CONNECTIONS_MAX = 4;

export async function startCommand(
  io: CliContext,
  argument: string,
  options: { readonly stateDir: string },
): Promise<number> {
  if (argument.startsWith('cos://')) throw new UserError('start takes a task file or a task id');
  const task = await readTask(io, argument, options.stateDir);
  const { clock, dice } = io;
  const log = problemLog(io, (line) => {
    note(io, line);
  });
  const needs = { source: true, table: true, connectionsMax: CONNECTIONS_MAX, log };
  return withEngines(io, needs, async ({ queue, table, stores }) => {
    if (table === undefined) throw new TypeError('a task needs a table');
    const { signal } = new AbortController();
    const started = await startTask({ stores, table, queue, clock, dice, log }, task, signal);
    for (const warning of started.warnings) note(io, `warning: ${warning}`);
    const { bucket, region, endpoint, prefix } = stateLocationOf(task);
    const words = [cosUrl(bucket, prefix.slice(0, -1)), '--region', region, ...endpointWords(endpoint)];
    print(
      io,
      `task ${task.taskId} ${started.created ? 'has begun' : `is there already: ${started.row.state}`}`,
    );
    note(io, `see how it goes with: ${spell('status', words)}`);
    return 0;
  });
}
