/** The reporter's timer: follows the user's control object, wakes what is silent, writes the report, and ends the task. */
import { CONTROL_RETRY } from '../core/backoff.ts';
import type { Control } from '../core/control.ts';
import { UserError } from '../core/errors.ts';
import type { Failure } from '../core/failures.ts';
import type { Report } from '../core/report.ts';
import type { Ending, TaskRow, TaskState as State, TaskTotals } from '../ports/table.ts';
import { abandonSegment } from './abandon-segment.ts';
import { writeFailedManifest } from './failed-manifest.ts';
import { reportOf, writeLastReport } from './last-report.ts';
import { proveTiling } from './ledger.ts';
import type { ReporterPorts } from './reporter-ports.ts';
import { retrying } from './retry.ts';
import { sweep } from './sweep.ts';
import { stateLocationOf, type TaskState, taskStateOf } from './task-state.ts';

/** A tick proves so many pages of ranges to lie end to end: well under a second of reading. */
const TILING_PAGES = 10;

const CANCELLED: Failure = {
  code: 'CANCELLED',
  message: 'the task was cancelled before this object was tried',
};

/**
 * One look at one task; answers the report as it was written. A task that has ended is not touched. The end of a task
 * may take several ticks: no step of it is begun after `untilMs`.
 */
export async function tick(
  ports: ReporterPorts,
  taskId: string,
  untilMs: number,
  signal: AbortSignal,
): Promise<Report | undefined> {
  const before = await ports.table.task(taskId);
  if (before === undefined || before.finishedAtMs !== undefined) return undefined;
  const state = taskStateOf(ports.stores, stateLocationOf(before.task));
  const { control, problem } = await readControl(state, signal);
  const row = control === undefined ? before : await followControl(ports, before, control);
  return new Tick(ports, row, state, problem === undefined ? [] : [problem]).run(untilMs, signal);
}

/** An object that was garbled by hand changes nothing, and the report tells of it. */
async function readControl(
  state: TaskState,
  signal: AbortSignal,
): Promise<{ control?: Control; problem?: string }> {
  try {
    return { control: await state.readControl(signal) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: error.message };
  }
}

/** Moves the row's state to what the user asks for. */
async function followControl(ports: ReporterPorts, row: TaskRow, control: Control): Promise<TaskRow> {
  const atMs = ports.clock.now();
  const move = async (from: readonly State[], to: State): Promise<TaskRow> => {
    const moved = await ports.table.setTaskState({ taskId: row.taskId, from, to, atMs });
    if (!moved) return row;
    ports.log.info('task state', { taskId: row.taskId, from: row.state, to });
    return { ...row, state: to, resumedAtMs: to === 'running' ? atMs : row.resumedAtMs };
  };
  switch (control.state) {
    case 'running':
      return row.state === 'paused' ? move(['paused'], 'running') : row;
    case 'paused':
      return row.state === 'running' ? move(['running'], 'paused') : row;
    case 'cancelled':
      return row.state === 'cancelling' ? row : move(['running', 'paused'], 'cancelling');
  }
}

class Tick {
  private readonly ports: ReporterPorts;
  private readonly row: TaskRow;
  private readonly state: TaskState;
  /** Sentences for the report, beside what the ledger knows. */
  private readonly problems: readonly string[];

  constructor(ports: ReporterPorts, row: TaskRow, state: TaskState, problems: readonly string[]) {
    this.ports = ports;
    this.row = row;
    this.state = state;
    this.problems = problems;
  }

  async run(untilMs: number, signal: AbortSignal): Promise<Report> {
    const { table } = this.ports;
    const { taskId, state } = this.row;
    if (state === 'cancelling') await this.cancelRest(signal);
    let totals = await table.totals(taskId);
    if (state === 'running' && (await sweep(this.ports, this.row, totals, this.state, signal)) > 0)
      totals = await table.totals(taskId);
    const ending = await this.noteListing(totals, await table.ending(taskId));
    const isDone = totals.rangesOpen === 0 && totals.segmentsDone === totals.segments;
    const isListed = totals.rangesFailed > 0 || ending.listingComplete !== undefined;
    const isOver = state !== 'paused' && isDone && isListed;
    const place = { taskId, state: this.state };
    const after = isOver ? await writeFailedManifest(this.ports, place, ending, untilMs, signal) : ending;
    if (isOver && after.failedList.state !== 'open') return this.finish(totals, after, signal);
    return this.writeWhileRunning(totals, after, signal);
  }

  /** Of thousands of ranges each is read once, a few thousand a tick. */
  private async noteListing(totals: TaskTotals, from: Ending): Promise<Ending> {
    if (totals.rangesOpen + totals.rangesFailed > 0) return from;
    const { table } = this.ports;
    const { taskId } = this.row;
    let ending = from;
    for (let page = 0; page < TILING_PAGES && ending.listingComplete === undefined; page++) {
      const noted = { ...ending, ...(await proveTiling(table, taskId, ending)), step: ending.step + 1 };
      ending = (await table.moveEnding({ taskId, ending: noted })) ? noted : await table.ending(taskId);
    }
    return ending;
  }

  private async writeWhileRunning(totals: TaskTotals, ending: Ending, signal: AbortSignal): Promise<Report> {
    try {
      const report = await reportOf(this.ports, { row: this.row, totals, ending, problems: this.problems });
      await this.state.writeReport(report, signal);
      return report;
    } finally {
      await retrying(CONTROL_RETRY, this.ports, signal, () => this.mendReport(signal));
    }
  }

  /** Another tick may have ended the task while this one wrote: what is written last must be the end. */
  private async mendReport(signal: AbortSignal): Promise<void> {
    const row = await this.ports.table.task(this.row.taskId);
    if (row?.finishedAtMs !== undefined) await writeLastReport(this.ports, row, signal);
  }

  /** Closes what is open, so that the task can end: ranges are not listed further, segments fail as `CANCELLED`. */
  private async cancelRest(signal: AbortSignal): Promise<void> {
    const { table, sweep: settings } = this.ports;
    const { taskId } = this.row;
    const problem =
      'the task was cancelled before the listing was complete: keys that were not listed are in no manifest';
    for (const { rangeId } of await table.silentRanges(taskId, Infinity, settings.rowsMax)) {
      await table.failRange({ taskId, rangeId, problem });
    }
    for (const segment of await table.silentSegments(taskId, Infinity, settings.rowsMax)) {
      await abandonSegment(
        { ports: this.ports, task: this.row.task, state: this.state },
        segment,
        CANCELLED,
        signal,
      );
    }
  }

  /** The manifest stands; the last report, then the row: a crash between the two repeats the report. */
  private async finish(totals: TaskTotals, ending: Ending, signal: AbortSignal): Promise<Report> {
    const { table, clock, log } = this.ports;
    const { taskId } = this.row;
    const to = this.row.state === 'cancelling' ? 'cancelled' : 'finished';
    const atMs = clock.now();
    const row = { ...this.row, state: to, finishedAtMs: atMs } as const;
    const report = await reportOf(this.ports, { row, totals, ending, problems: this.problems });
    await this.state.writeReport(report, signal);
    await table.setTaskState({ taskId, from: [this.row.state], to, atMs });
    log.info('task ended', { taskId, status: report.status });
    return report;
  }
}
