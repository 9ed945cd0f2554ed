/** Starting a task, once: the same task again answers with its state, another task under a used id is refused. */
import { UserError } from '../core/errors.ts';
import { taskDigest, type Task } from '../core/task.ts';
import type { TaskRow } from '../ports/table.ts';
import type { PlanPorts } from './plan-range.ts';
import { preflight } from './preflight.ts';
import { ringRange } from './ring.ts';
import { stateLocationOf, taskStateOf } from './task-state.ts';

/** The one range that every task begins with. */
export const ROOT_RANGE = 'r';

export interface Started {
  readonly row: TaskRow;
  /** Whether this call made the task. */
  readonly created: boolean;
  /** What does not stop the task but should be known. */
  readonly warnings: readonly string[];
}

/** Throws `UserError`: another task has this id, or preflight failed (all its findings at once). */
export async function startTask(ports: PlanPorts, task: Task, signal: AbortSignal): Promise<Started> {
  const digest = taskDigest(task);
  const standing = await ports.table.task(task.taskId);
  if (standing !== undefined) return goOn(ports, standing, digest, signal);
  const warnings = await preflight(ports, task, signal);
  const nowMs = ports.clock.now();
  const row = await ports.table.createTask({
    taskId: task.taskId,
    digest,
    task,
    nowMs,
    rangeId: ROOT_RANGE,
    after: '',
  });
  const started = await goOn(ports, row, digest, signal);
  return { ...started, created: true, warnings };
}

/** Also mends a start that stopped half way: the task object is written again, the first range rung again. */
async function goOn(ports: PlanPorts, row: TaskRow, digest: string, signal: AbortSignal): Promise<Started> {
  const { taskId } = row;
  if (row.digest !== digest) {
    throw new UserError(
      `task ${taskId} exists and asks for something else; give this one another taskId, or leave taskId out to get one`,
    );
  }
  const root = await ports.table.range(taskId, ROOT_RANGE);
  if (root?.state === 'open' && root.rungAtMs === 0) {
    await taskStateOf(ports.stores, stateLocationOf(row.task)).writeTask(row.task, signal);
    await ringRange(ports.queue, { taskId, rangeId: ROOT_RANGE });
    await ports.table.rang({ taskId, rangeIds: [ROOT_RANGE], segmentIds: [], nowMs: ports.clock.now() });
  }
  return { row, created: false, warnings: [] };
}
