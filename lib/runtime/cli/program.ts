/** The commands and their options, as commander takes them. */
import { Command, InvalidArgumentError } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };
import { visibleLines } from '../../core/report-page-text.ts';
import { ONE_PROCESS, WORKER } from '../limits.ts';
import type { CliContext } from './context.ts';
import { controlCommand, type ControlVerb } from './control-command.ts';
import { DESCRIPTION, HELP, TASK_FILE_WORDS, TASK_WORDS } from './help.ts';
import { limitCommand } from './limit-command.ts';
import { migrateCommand } from './migrate-command.ts';
import { policyCommand } from './policy-command.ts';
import { preflightCommand } from './preflight-command.ts';
import { retryCommand } from './retry-command.ts';
import { startCommand } from './start-command.ts';
import { statusCommand } from './status-command.ts';
import { DEFAULT_STATE_DIR } from './task-target.ts';
import { workerCommand, type WorkerCommandOptions } from './worker-command.ts';

/** More objects under way than any one machine's line has use for. */
const CONCURRENCY_MAX = 4_096;

/** What a command does: answers the exit status. */
type Action<O> = (io: CliContext, argument: string, options: O) => Promise<number>;

/** Throws commander's `CommanderError` instead of ending the process; `ended` takes the exit status of what ran. */
export function buildProgram(io: CliContext, ended: (status: number) => void): Command {
  const program = new Command('oss2cos')
    .description(DESCRIPTION)
    .version(packageJson.version, '-V, --version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', HELP.all)
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(visibleLines(text)), // it repeats what it was given
    });
  const run =
    <O>(action: Action<O>) =>
    async (argument: string, options: O) => {
      ended(await action(io, argument, options));
    };
  addRunning(program, run);
  addWorking(program, run, async (options) => {
    ended(await workerCommand(io, options));
  });
  addWatching(program, run);
  addPreparing(program, run);
  return program;
}

type Run = <O>(action: Action<O>) => (argument: string, options: O) => Promise<void>;

function command(program: Command, name: keyof typeof HELP, description: string, taskWords: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<TASK>', taskWords)
    .option('--state-dir <DIR>', 'where tasks started from here are kept', DEFAULT_STATE_DIR)
    .addHelpText('after', HELP[name]);
}

function addRunning(program: Command, run: Run): void {
  const migrate = command(program, 'migrate', 'run the whole migration in this process', TASK_FILE_WORDS);
  runnable(migrate).action(run(migrateCommand));
  const retry = command(
    program,
    'retry',
    'run what failed of a task that has ended, as a new task',
    TASK_WORDS,
  );
  runnable(
    elsewhere(retry)
      .option('--new-id <ID>', 'id of the new task; default: TASKID-retry-N')
      .option('--print', 'print the new task, to be run elsewhere, and nothing more'),
  ).action(run(retryCommand));
}

function addWorking(
  program: Command,
  run: Run,
  work: (options: WorkerCommandOptions) => Promise<void>,
): void {
  command(program, 'start', 'hand a task to planner workers on Kafka', TASK_FILE_WORDS).action(
    run(startCommand),
  );
  program
    .command('worker')
    .description('take part in tasks that run in the cloud, on this host, until it is stopped')
    .option('--roles <ROLES>', 'planner, copy, reporter, with commas between', 'copy')
    .option('--concurrency <N>', 'objects under way at once', concurrency, WORKER.concurrency)
    .addHelpText('after', HELP.worker)
    .action(work);
}

function addWatching(program: Command, run: Run): void {
  const status = command(program, 'status', 'show how a task stands, wherever it runs', TASK_WORDS);
  elsewhere(status).option('--json', 'print the report as JSON').action(run(statusCommand));
  const verbs: Readonly<Record<ControlVerb, string>> = {
    pause: 'let a task pause',
    resume: 'let a paused task go on',
    cancel: 'end a task; what is copied stays',
  };
  for (const [name, description] of Object.entries(verbs)) {
    const verb = name as ControlVerb;
    elsewhere(command(program, verb, description, TASK_WORDS)).action(
      run((io, argument, options: Parameters<typeof controlCommand>[3]) =>
        controlCommand(io, verb, argument, options),
      ),
    );
  }
  elsewhere(command(program, 'limit', 'change the limits of a task while it runs', TASK_WORDS))
    .option('--requests-per-second <N>', 'to each of the two stores, over all functions and workers')
    .option('--bytes-per-second <SIZE>', 'over all functions and workers: 100MiB')
    .option('--none', 'no limits')
    .option('--reset', 'the limits that stand in the task')
    .action(run(limitCommand));
}

function addPreparing(program: Command, run: Run): void {
  command(program, 'preflight', 'check both buckets before byte one', TASK_FILE_WORDS).action(
    run(preflightCommand),
  );
  command(program, 'policy', 'print least-privilege RAM and CAM policies for a task', TASK_FILE_WORDS)
    .option('--ram', 'print the policy for Alibaba Cloud RAM alone')
    .option('--cam', 'print the policy for Tencent Cloud CAM alone')
    .action(run(policyCommand));
}

/** Options of what runs a migration in this process. */
function runnable(target: Command): Command {
  return target
    .option('--concurrency <N>', 'objects under way at once', concurrency, ONE_PROCESS.concurrency)
    .option('--json', 'print the final report, and nothing else, on standard output');
}

/** Options of what finds a task by its address. */
function elsewhere(target: Command): Command {
  return target
    .option('--region <REGION>', 'with a cos:// address: the region of its bucket')
    .option('--endpoint <URL>', 'with a cos:// address: where to reach COS')
    .option('--allow-http', 'with --endpoint: it may be http on another machine');
}

function concurrency(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > CONCURRENCY_MAX)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${CONCURRENCY_MAX}.`);
  return value;
}
