/** Sets a task's limits as they hold now: the user's, else the task's own, by the time of day. */
import type { Control } from '../core/control.ts';
import { limitsAt, type Rates } from '../core/limits.ts';
import type { Task } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Stores } from '../ports/stores.ts';

export function applyLimits(
  { stores, clock }: { readonly stores: Pick<Stores, 'limit'>; readonly clock: Clock },
  task: Task,
  control: Control,
): void {
  stores.limit(task.taskId, limitsNow(clock, task, control));
}

/** Of the whole task. */
export function limitsNow(clock: Clock, task: Task, control: Control): Rates {
  return limitsAt(control.limits ?? task.limits, clock.now());
}
