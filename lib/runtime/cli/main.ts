/** Runs one command line, from its arguments to its exit status; nothing that it writes holds a secret. */
import { CommanderError } from 'commander';
import { secretsOf } from '../environment.ts';
import { type CliContext, note, type Surroundings } from './context.ts';
import { errorText } from './error-text.ts';
import { isDebugging } from './problem-log.ts';
import { buildProgram } from './program.ts';
import { redactedStream, redactor } from './redact.ts';

/** Never rejects. */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const redact = redactor(secretsOf(surroundings.env));
  const io: CliContext = {
    ...surroundings,
    stdout: redactedStream(surroundings.stdout, redact),
    stderr: redactedStream(surroundings.stderr, redact),
    startProgress: () => surroundings.startProgress(redact),
  };
  let status = 0;
  const program = buildProgram(io, (ended) => {
    status = ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // commander has said what is wrong
    note(io, errorText(error, isDebugging(io.env)));
    return 1;
  }
}
