/**
 * A task's counters: what they count is the sum over a few rows, the slots. Each transaction changes one of them, as
 * its last row but for failures: transactions seldom wait for each other, never in a circle, and a report reads sixteen
 * rows however large the task is.
 */
import { type Kysely, sql } from 'kysely';
import { type Amount, AMOUNTS, plus } from './counters.ts';
import type { Tables } from './schema.ts';

const SLOTS = 16;

export type Amounts = Partial<Record<Amount, number>>;

/** By the id of what is counted: any slot would do. */
export function slotOf(id: Uint8Array): number {
  return id.reduce((sum, byte) => (sum * 31 + byte) % 65_521, 0) % SLOTS;
}

/** All slots of a new task; the first holds what is counted already. */
export function slotRows(taskId: string, counted: Amounts & { readonly moved_at_ms: number }) {
  return Array.from({ length: SLOTS }, (_, slot) => {
    const held: Amounts & { moved_at_ms: number } = slot === 0 ? counted : { moved_at_ms: 0 };
    const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, held[name] ?? 0]));
    return { task_id: taskId, slot, ...amounts, moved_at_ms: held.moved_at_ms };
  });
}

export interface Counting {
  readonly taskId: string;
  readonly slot: number;
  readonly amounts: Amounts;
  /** When a cursor moved, if one did. */
  readonly movedAtMs?: number;
}

export async function count(
  db: Kysely<Tables>,
  { taskId, slot, amounts, movedAtMs = 0 }: Counting,
): Promise<void> {
  const later = sql<number>`case when moved_at_ms < ${movedAtMs} then ${movedAtMs} else moved_at_ms end`;
  await db
    .updateTable('oss2cos_counters')
    .set({ ...plus(amounts), moved_at_ms: later })
    .where('task_id', '=', taskId)
    .where('slot', '=', slot)
    .execute();
}
