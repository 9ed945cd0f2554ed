/** The report of a task from the table alone: as it stands, and the last one, which is written again until it surely stands. */
import { buildReport, type Report } from '../core/report.ts';
import type { Ending, Table, TaskRow, TaskTotals } from '../ports/table.ts';
import { failedManifestKey } from './failed-manifest.ts';
import { readLedger } from './ledger.ts';
import type { ReporterPorts } from './reporter-ports.ts';
import { stateLocationOf, taskStateOf } from './task-state.ts';

/** A tick that was overtaken may still write its report, until its invocation ends: SCF lets none live longer than 900 s. */
const CONFIRM_AFTER_MS = 960_000;
/** A bucket that refuses the report for a day is left alone. */
const CONFIRM_WITHIN_MS = 86_400_000;
const CONFIRMED_PER_TICK = 100;

interface Standing {
  readonly row: TaskRow;
  readonly totals: TaskTotals;
  readonly ending: Ending;
  /** Beside what the rows tell. */
  readonly problems: readonly string[];
}

export async function reportOf(
  ports: Pick<ReporterPorts, 'table' | 'stores' | 'clock'>,
  { row, totals, ending, problems }: Standing,
): Promise<Report> {
  const { failedList } = ending;
  const ledger = await readLedger(ports.table, row.taskId, totals, ending);
  const state = taskStateOf(ports.stores, stateLocationOf(row.task));
  return buildReport({
    ...row,
    nowMs: row.finishedAtMs ?? ports.clock.now(),
    totals,
    listingComplete: ledger.complete,
    problems: [...problems, ...ledger.problems, ...failedList.problems, ...progressOf(ending)],
    failedManifest: failedList.state === 'written' ? state.where(failedManifestKey(state)) : undefined,
  });
}

function progressOf({ failedList: { state, segments } }: Ending): string[] {
  if (state !== 'open' || segments === 0) return [];
  return [`finishing: the failed objects of ${String(segments)} segments are in the failed manifest so far`];
}

/** How the task stands now, from the table alone; nothing is written. Undefined for an unknown task. */
export async function currentReport(
  ports: Pick<ReporterPorts, 'table' | 'stores' | 'clock'>,
  taskId: string,
): Promise<Report | undefined> {
  const row = await ports.table.task(taskId);
  return row === undefined ? undefined : reportOf(ports, await standing(ports.table, row));
}

/** Of a task that has ended: equal however often it is written. */
export async function writeLastReport(
  ports: ReporterPorts,
  row: TaskRow,
  signal: AbortSignal,
): Promise<Report> {
  const report = await reportOf(ports, await standing(ports.table, row));
  await taskStateOf(ports.stores, stateLocationOf(row.task)).writeReport(report, signal);
  return report;
}

async function standing(table: Table, row: TaskRow): Promise<Standing> {
  const [totals, ending] = [await table.totals(row.taskId), await table.ending(row.taskId)];
  return { row, totals, ending, problems: [] };
}

/** Ids of tasks whose last report may have been written over, by a tick that has surely ended by now. */
export function endsToConfirm({ table, clock }: ReporterPorts): Promise<string[]> {
  const nowMs = clock.now();
  const [fromMs, beforeMs] = [nowMs - CONFIRM_WITHIN_MS, nowMs - CONFIRM_AFTER_MS];
  return table.unconfirmedEnds({ fromMs, beforeMs, limit: CONFIRMED_PER_TICK });
}

/** Once for each task: afterwards nobody is left who could write another report. */
export async function confirmEnd(ports: ReporterPorts, taskId: string, signal: AbortSignal): Promise<void> {
  const row = await ports.table.task(taskId);
  if (row?.finishedAtMs === undefined) return;
  await writeLastReport(ports, row, signal);
  await ports.table.confirmEnd(taskId);
}
