/** Keeps to a task's limits while work goes on: those that the user sets meanwhile, those of the time of day, and what of them is this process' part. */
import { isLimited } from '../core/limits.ts';
import type { Task } from '../core/task.ts';
import { applyLimits, limitsNow } from './apply-limits.ts';
import type { ControlWatch } from './control-watch.ts';
import type { CopyPorts } from './copy-ports.ts';
import { endsWithin } from './deadline.ts';
import { ringUse } from './ring.ts';
import { anySignal } from './signals.ts';
import type { TaskState } from './task-state.ts';

const LOOK_EVERY_MS = 1_000;
/** Whoever works looks at the control object too, a little earlier. */
const CONTROL_READ_EVERY_MS = 6_000;
/** The last statement of a work holds nobody up for longer. */
const LAST_MS_MAX = 3_000;

type Ports = Pick<CopyPorts, 'stores' | 'queue' | 'clock' | 'log' | 'sharing'>;

interface Limited {
  readonly task: Task;
  readonly state: TaskState;
  /** Has been read. */
  readonly control: ControlWatch;
  /** What is being copied, where something is. */
  readonly segmentId?: string;
}

export async function underLimits<T>(
  ports: Ports,
  limited: Limited,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const { task, control } = limited;
  const over = new AbortController();
  const either = anySignal(signal, over.signal);
  await readShares(ports, limited, either);
  applyLimits(ports, task, control.last);
  // None of them waits for another: what stalls one must not let the share run out.
  const jobs = [
    oneAtATime(() => control.read(either, CONTROL_READ_EVERY_MS)),
    oneAtATime(() => readShares(ports, limited, either)),
    oneAtATime(() => stateUse(ports, limited, false)),
  ];
  const working = work();
  const ended = working.catch(() => undefined);
  while (!(await endsWithin(ports.clock, LOOK_EVERY_MS, ended))) {
    applyLimits(ports, task, control.last);
    for (const begin of jobs) begin();
  }
  over.abort(new Error('the work is over'));
  if (!signal.aborted) await endsWithin(ports.clock, LAST_MS_MAX, stateUse(ports, limited, true));
  return working;
}

/** Begins the job unless it is under way; what fails is done the next time. */
function oneAtATime(job: () => Promise<unknown>): () => void {
  let running: Promise<unknown> | undefined;
  return () => {
    running ??= job()
      .catch(() => undefined)
      .finally(() => (running = undefined));
  };
}

async function readShares(ports: Ports, limited: Limited, signal: AbortSignal): Promise<void> {
  if (shares(ports, limited)) await ports.sharing?.read(limited.task.taskId, limited.state, signal);
}

async function stateUse(ports: Ports, limited: Limited, ends: boolean): Promise<void> {
  const { sharing, queue, log } = ports;
  const { task, segmentId = '' } = limited;
  const { taskId } = task;
  const use = shares(ports, limited) ? sharing?.use(taskId, ends) : undefined;
  if (use === undefined) return;
  await ringUse(queue, { taskId, segmentId, use }).catch((error: unknown) => {
    log.warn('use not stated', { taskId, problem: error instanceof Error ? error.message : String(error) });
  });
}

/** Whether there is anything to share. */
function shares({ clock }: Ports, { task, control, segmentId }: Limited): boolean {
  return segmentId !== undefined && isLimited(limitsNow(clock, task, control.last));
}
