/** The reporter's timer: follows the user's control object, wakes what is silent, writes the report, and ends the task. */
import { CONTROL_RETRY } from '../core/backoff.ts';
import type { Control } from '../core/control.ts';
import { UserError } from '../core/errors.ts';
import type { Failure } from '../core/failures.ts';
import { buildReport, type Report } from '../core/report.ts';
import { TilingCheck } from '../core/tiling.ts';
import type { Range, Table, TaskRow, TaskState as State, TaskTotals } from '../ports/table.ts';
import { writeFailedManifest } from './failed-manifest.ts';
import type { ReporterPorts } from './reporter-ports.ts';
import { retrying } from './retry.ts';
import { abandonSegment, sweep } from './sweep.ts';
import { stateLocationOf, type TaskState, taskStateOf } from './task-state.ts';

const CANCELLED: Failure = {
  code: 'CANCELLED',
  message: 'the task was cancelled before this object was tried',
};
const RANGES_PER_PAGE = 1_000;

/** One look at one task; answers the report as it was written. A task that has ended is not touched. */
export async function tick(
  ports: ReporterPorts,
  taskId: string,
  signal: AbortSignal,
): Promise<Report | undefined> {
  const before = await ports.table.task(taskId);
  if (before === undefined || before.finishedAtMs !== undefined) return undefined;
  const state = taskStateOf(ports.stores, stateLocationOf(before.task));
  const { control, problem } = await readControl(state, signal);
  const row = control === undefined ? before : await followControl(ports, before, control);
  return new Tick(ports, row, state, problem === undefined ? [] : [problem]).run(signal);
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

  async run(signal: AbortSignal): Promise<Report> {
    const { table } = this.ports;
    const { taskId, state } = this.row;
    if (state === 'cancelling') await this.cancelRest(signal);
    if (state === 'running') {
      await sweep(this.ports, this.row, await table.totals(taskId), this.state, signal);
    }
    const totals = await table.totals(taskId);
    const isOver = state !== 'paused' && totals.rangesOpen === 0 && totals.segmentsDone === totals.segments;
    if (isOver) return this.finish(totals, signal);
    try {
      return await this.write(totals, undefined, signal);
    } finally {
      await retrying(CONTROL_RETRY, this.ports, signal, () => this.mendReport(signal));
    }
  }

  /** Another tick may have ended the task while this one wrote: what is written last must be the end. */
  private async mendReport(signal: AbortSignal): Promise<void> {
    const { table } = this.ports;
    const row = await table.task(this.row.taskId);
    if (row?.finishedAtMs === undefined) return;
    await this.write(await table.totals(row.taskId), { to: row.state, atMs: row.finishedAtMs }, signal);
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
      await abandonSegment(this.ports, segment, CANCELLED, this.state, signal);
    }
  }

  /** The manifest, then the last report, then the row: a crash between any two repeats what came before. */
  private async finish(totals: TaskTotals, signal: AbortSignal): Promise<Report> {
    const { table, clock, log } = this.ports;
    const { taskId } = this.row;
    const to = this.row.state === 'cancelling' ? 'cancelled' : 'finished';
    const atMs = clock.now();
    const report = await this.write(totals, { to, atMs }, signal);
    await table.setTaskState({ taskId, from: [this.row.state], to, atMs });
    log.info('task ended', { taskId, status: report.status });
    return report;
  }

  private async write(
    totals: TaskTotals,
    end: { to: State; atMs: number } | undefined,
    signal: AbortSignal,
  ): Promise<Report> {
    const ledger = await readLedger(this.ports.table, this.row.taskId);
    const problems = [...this.problems, ...ledger.problems];
    const failedManifest =
      end === undefined
        ? undefined
        : await writeFailedManifest(this.ports.table, this.row.taskId, this.state, problems, signal);
    const report = buildReport({
      task: this.row.task,
      state: end?.to ?? this.row.state,
      startedAtMs: this.row.startedAtMs,
      finishedAtMs: end?.atMs,
      nowMs: end?.atMs ?? this.ports.clock.now(),
      totals,
      listingComplete: ledger.gap === undefined,
      problems,
      failedManifest,
    });
    await this.state.writeReport(report, signal);
    return report;
  }
}

/** How the task stands now, from the table alone; nothing is written. Undefined for an unknown task. */
export async function currentReport(
  ports: Pick<ReporterPorts, 'table' | 'clock'>,
  taskId: string,
): Promise<Report | undefined> {
  const row = await ports.table.task(taskId);
  if (row === undefined) return undefined;
  const totals = await ports.table.totals(taskId);
  const { gap, problems } = await readLedger(ports.table, taskId);
  return buildReport({
    ...row,
    nowMs: ports.clock.now(),
    totals,
    listingComplete: gap === undefined,
    problems,
    failedManifest: undefined,
  });
}

/** Whether the ranges tile the key space and are all listed, and what was given up. */
async function readLedger(
  table: Table,
  taskId: string,
): Promise<{ gap: string | undefined; problems: string[] }> {
  const check = new TilingCheck();
  const problems: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page: Range[] = await table.ranges(taskId, after, RANGES_PER_PAGE);
    for (const range of page) {
      check.add(range);
      if (range.problem !== undefined) problems.push(range.problem);
    }
    after = page.at(-1)?.after;
    if (page.length < RANGES_PER_PAGE) return { gap: check.problem, problems };
  }
}
