/** `oss2cos migrate`: the whole migration in this process. */
import { UserError } from '../../core/errors.ts';
import type { CliContext } from './context.ts';
import { runMigration, type RunOptions } from './run-migration.ts';
import { readTask } from './task-file.ts';

export async function migrateCommand(io: CliContext, argument: string, options: RunOptions): Promise<number> {
  if (argument.startsWith('cos://'))
    throw new UserError('migrate takes a task file or a task id; a task that runs elsewhere goes on there');
  return runMigration(io, await readTask(io, argument, options.stateDir), options);
}
