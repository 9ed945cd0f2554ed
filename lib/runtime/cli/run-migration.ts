/** Runs a task in this process, for `migrate` and `retry`: progress on stderr, the result on stdout, Ctrl-C in two steps. */
import { StoreError, UserError } from '../../core/errors.ts';
import { exitStatusOf, isFinal, type Report } from '../../core/report.ts';
import type { Task } from '../../core/task.ts';
import type { Stores } from '../../ports/stores.ts';
import { migrate } from '../one-process.ts';
import { type CliContext, note, print, type Progress } from './context.ts';
import { problemLog } from './problem-log.ts';
import { withStores } from './stores.ts';
import { summary } from './summary.ts';
import { noteNext, spell, targetOf } from './task-target.ts';

export interface RunOptions {
  readonly stateDir: string;
  readonly concurrency: number;
  readonly json?: boolean;
}

/** As a shell reports a process that ended by SIGINT. */
const INTERRUPTED = 130;

/** Answers the exit status. */
export function runMigration(io: CliContext, task: Task, options: RunOptions): Promise<number> {
  return withStores(io, options.concurrency, async (stores) => {
    const startedAtMs = io.clock.now();
    const report = await migrateShown(io, task, options, stores);
    if (report === undefined || !isFinal(report)) return stopped(io, report);
    if (Date.parse(report.finishedAt ?? '') < startedAtMs) noteEnded(io, report);
    const target = targetOf(task, options.stateDir);
    print(io, options.json === true ? JSON.stringify(report, null, 2) : summary(report, target.location));
    noteNext(io, report, target);
    return exitStatusOf(report.status);
  });
}

/** Undefined where the user stopped it before there was a report. */
async function migrateShown(
  io: CliContext,
  task: Task,
  options: RunOptions,
  stores: Stores,
): Promise<Report | undefined> {
  const progress = io.startProgress();
  const stop = new AbortController();
  const forget = io.onInterrupt(twoSteps(io, stop, progress));
  const { clock, dice } = io;
  try {
    return await migrate({
      task,
      stateDir: options.stateDir,
      concurrency: options.concurrency,
      stores,
      clock,
      dice,
      log: problemLog(io, (line) => {
        if (!stop.signal.aborted) progress.note(line); // what is cut off complains, as it should
      }),
      onReport: shown(progress, task, options),
      onWarning: (text) => {
        progress.note(`warning: ${text}`);
      },
      signal: stop.signal,
    });
  } catch (error) {
    if (stop.signal.aborted && !(error instanceof UserError || error instanceof StoreError)) return undefined;
    throw error;
  } finally {
    forget();
    progress.stop();
  }
}

function twoSteps(io: CliContext, stop: AbortController, progress: Progress): () => void {
  return () => {
    if (stop.signal.aborted) {
      progress.stop(); // a bar hides the cursor
      io.exit(INTERRUPTED);
      return;
    }
    progress.note('stopping at a checkpoint; Ctrl-C again stops at once');
    stop.abort(new Error('stopped by the user'));
  };
}

/** Shows every report, and says once when the task is paused and when it goes on. */
function shown(progress: Progress, task: Task, { stateDir }: RunOptions): (report: Report) => void {
  let isPaused = false;
  const resume = spell('resume', targetOf(task, stateDir).words);
  return (report) => {
    progress.update(report);
    if ((report.status === 'paused') === isPaused) return;
    isPaused = !isPaused;
    progress.note(
      isPaused
        ? `the task is paused, and waits; \`${resume}\` in another terminal lets it go on, Ctrl-C leaves it paused`
        : 'the task goes on',
    );
  };
}

function stopped(io: CliContext, report: Report | undefined): number {
  const nothing = report === undefined ? ' before anything was begun' : '; what is done stays done';
  note(io, `stopped${nothing}: run the same command again to go on`);
  return INTERRUPTED;
}

function noteEnded(io: CliContext, { taskId, finishedAt }: Report): void {
  note(
    io,
    `task ${taskId} ended at ${finishedAt ?? ''}, this is its report; a second pass takes a new taskId`,
  );
}
