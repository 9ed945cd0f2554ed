/** Whether the listing is complete, from the range rows: read in full once, when all of them are listed. */
import { TilingCheck } from '../core/tiling.ts';
import type { Range, Table, TaskTotals } from '../ports/table.ts';

const RANGES_PER_PAGE = 1_000;
/** A report is to be read. */
const PROBLEMS_MAX = 20;

export interface Ledger {
  /** All ranges are listed, and tile the key space. */
  readonly complete: boolean;
  /** Why ranges were given up. */
  readonly problems: readonly string[];
}

/** Nothing of a range changes any more once all are listed: a tick that finds the proof may note it for the next. */
export async function readLedger(
  table: Table,
  taskId: string,
  totals: TaskTotals,
  knownComplete: boolean | undefined,
): Promise<Ledger> {
  const { rangesOpen, rangesFailed } = totals;
  if (rangesFailed > 0) return { complete: false, problems: await problemsOf(table, taskId, rangesFailed) };
  if (rangesOpen > 0) return { complete: false, problems: [] };
  return { complete: knownComplete ?? (await tilesKeySpace(table, taskId)), problems: [] };
}

async function problemsOf(table: Table, taskId: string, rangesFailed: number): Promise<string[]> {
  const failed = await table.failedRanges(taskId, PROBLEMS_MAX);
  const problems = failed.flatMap(({ problem }) => problem ?? []);
  const more = rangesFailed - problems.length;
  return more > 0 ? [...problems, `${String(more)} more ranges were given up`] : problems;
}

async function tilesKeySpace(table: Table, taskId: string): Promise<boolean> {
  const check = new TilingCheck();
  let after: string | undefined;
  for (;;) {
    const page: Range[] = await table.ranges(taskId, after, RANGES_PER_PAGE);
    for (const range of page) check.add(range);
    after = page.at(-1)?.after;
    if (page.length < RANGES_PER_PAGE) return check.problem === undefined;
  }
}
