/** What SCF hands to a function beside the event, and the time that follows from it. */
import { SCF } from '../core/platform.ts';
import type { Clock } from '../ports/clock.ts';

/** Of SCF's context (document 583/9210). In one process there is no time limit: `Infinity`. */
export interface InvocationContext {
  readonly request_id: string;
  readonly function_name: string;
  readonly time_limit_in_ms: number;
}

/** Time kept for ending: SCF tells no remaining time, so the deadline is the start plus the limit less this. */
const MARGIN_MS = 5_000;

/** By the clock; taken first thing in a handler. */
export function deadlineOf(context: InvocationContext, clock: Clock): number {
  const limitMs = context.time_limit_in_ms;
  return clock.now() + (Number.isFinite(limitMs) ? Math.min(limitMs - MARGIN_MS, SCF.triggeredMs) : limitMs);
}
