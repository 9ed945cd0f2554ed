/** Whether the listing is complete, from the range rows: read once each, when all of them are listed. */
import { TilingCheck } from '../core/tiling.ts';
import type { Ending, Range, Table, TaskTotals } from '../ports/table.ts';

/** Keys are up to 1,023 bytes, three in a row: a page is at most 3 MB. */
const RANGES_PER_PAGE = 1_000;
/** A report is to be read. */
const PROBLEMS_MAX = 20;

export interface Ledger {
  /** All ranges are listed, and tile the key space. */
  readonly complete: boolean;
  /** Why ranges were given up. */
  readonly problems: readonly string[];
}

/** As a tick has noted it: until then the listing is not known to be complete. */
export async function readLedger(
  table: Table,
  taskId: string,
  { rangesOpen, rangesFailed }: TaskTotals,
  { listingComplete = false }: Ending,
): Promise<Ledger> {
  if (rangesFailed > 0) return { complete: false, problems: await problemsOf(table, taskId, rangesFailed) };
  return { complete: rangesOpen === 0 && listingComplete, problems: [] };
}

async function problemsOf(table: Table, taskId: string, rangesFailed: number): Promise<string[]> {
  const failed = await table.failedRanges(taskId, PROBLEMS_MAX);
  const problems = failed.flatMap(({ problem }) => problem ?? []);
  const more = rangesFailed - problems.length;
  return more > 0 ? [...problems, `${String(more)} more ranges were given up`] : problems;
}

/**
 * The proof that the ranges tile the key space, a page further than `from`: nothing of a range changes any more once
 * all are listed. Answers what is to be noted.
 */
export async function proveTiling(
  table: Table,
  taskId: string,
  { tiled }: Pick<Ending, 'tiled'>,
): Promise<Pick<Ending, 'listingComplete' | 'tiled'>> {
  const check = new TilingCheck(tiled);
  const page: Range[] = await table.ranges(taskId, tiled?.after, RANGES_PER_PAGE);
  for (const range of page) check.add(range);
  const last = page.at(-1);
  if (page.length < RANGES_PER_PAGE || last === undefined)
    return { listingComplete: check.problem === undefined, tiled: undefined };
  if (check.broken) return { listingComplete: false, tiled: undefined };
  return { listingComplete: undefined, tiled: { after: last.after, reached: last.upTo } };
}
