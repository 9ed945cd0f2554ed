/** `oss2cos preflight`: whether both sides can be reached and used, before byte one. */
import { UserError } from '../../core/errors.ts';
import { preflight } from '../../app/preflight.ts';
import { type CliContext, print } from './context.ts';
import { withStores } from './stores.ts';
import { readTask } from './task-file.ts';
import type { TargetOptions } from './task-target.ts';

/** Requests at the same time: the checks run side by side. */
const CONCURRENCY = 8;

/** Answers 0 where everything is granted, 1 with findings. */
export async function preflightCommand(
  io: CliContext,
  argument: string,
  { stateDir }: Pick<TargetOptions, 'stateDir'>,
): Promise<number> {
  const task = await readTask(io, argument, stateDir);
  const { signal } = new AbortController();
  const { clock, dice } = io;
  return withStores(io, CONCURRENCY, async (stores) => {
    try {
      const warnings = await preflight({ stores, clock, dice }, task, signal);
      print(io, `✓ ${task.source.bucket} can be read, ${task.target.bucket} can be written`);
      for (const warning of warnings) print(io, `! ${warning}`);
      return 0;
    } catch (error) {
      if (!(error instanceof UserError) || error.mistakes.length === 0) throw error;
      for (const finding of error.mistakes) print(io, `✗ ${finding}`);
      return 1;
    }
  });
}
