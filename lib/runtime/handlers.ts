/** The three functions: middy handlers around the jobs, the same on SCF and in one process. */
import middy from '@middy/core';
import type { CopyPorts } from '../app/copy-ports.ts';
import { copySegment } from '../app/copy-segment.ts';
import { type PlanPorts, planRange } from '../app/plan-range.ts';
import type { ReporterPorts } from '../app/reporter-ports.ts';
import { confirmEnd, endsToConfirm } from '../app/last-report.ts';
import { takeResults } from '../app/settle.ts';
import { startTask } from '../app/start-task.ts';
import { stateLocationOf } from '../app/task-state.ts';
import { tick } from '../app/tick.ts';
import { cosUrl, stateKeys } from '../core/layout.ts';
import { parseTask } from '../core/task.ts';
import type { Log } from '../ports/log.ts';
import { deadlineOf, type InvocationContext } from './invocation.ts';
import { answersUserErrors, logsFailures } from './middleware.ts';
import { TICK } from './limits.ts';
import { isTriggerEvent, messagesOf, partitionsOf } from './trigger-event.ts';

export type Handler = (event: unknown, context: InvocationContext) => Promise<unknown>;

/** Made anew or kept from the last invocation: the ports, and the signal that stops the process. */
export interface Composition<P> {
  readonly ports: P;
  readonly signal: AbortSignal;
}

export type Compose<P> = () => Composition<P> | Promise<Composition<P>>;

/** Takes rings of the ranges topic, or a task as JSON: then answers its id, its state, and where the report will be. */
export function plannerHandler(compose: Compose<PlanPorts>, log: Log): Handler {
  return wrap(log, async (event, context) => {
    const { ports, signal } = await compose();
    const deadlineMs = deadlineOf(context, ports.clock);
    if (!isTriggerEvent(event)) return startFromEvent(ports, event, signal);
    await atOnce(messagesOf('ranges', event, ports.log), (message) =>
      planRange(ports, message, deadlineMs, signal),
    );
    return undefined;
  });
}

/** Takes rings of the segments topic. */
export function copyHandler(compose: Compose<CopyPorts>, log: Log): Handler {
  return wrap(log, async (event, context) => {
    const { ports, signal } = await compose();
    const deadlineMs = deadlineOf(context, ports.clock);
    if (!isTriggerEvent(event)) throw new TypeError('the copy function takes the CKafka trigger’s events');
    ports.holds?.(partitionsOf(event));
    await inTurn(messagesOf('segments', event, ports.log), (message) =>
      copySegment(ports, message, deadlineMs, signal),
    );
    return undefined;
  });
}

/** Takes results, or any other event (its timer) as the moment to look at all unfinished tasks. */
export function reporterHandler(compose: Compose<ReporterPorts>, log: Log): Handler {
  return wrap(log, async (event, context) => {
    const { ports, signal } = await compose();
    const untilMs =
      Math.min(deadlineOf(context, ports.clock), ports.clock.now() + TICK.longestMs) - TICK.stepMs;
    if (isTriggerEvent(event)) return takeResults(ports, messagesOf('results', event, ports.log), signal);
    const tasks = await ports.table.unfinishedTasks();
    await inTurn(tasks, ({ taskId }) => tick(ports, taskId, untilMs, signal));
    await inTurn(await endsToConfirm(ports), (taskId) => confirmEnd(ports, taskId, signal));
    return { tasks: tasks.length };
  });
}

/** One item's trouble does not keep those behind it waiting; the first is thrown at the end, so that the batch comes again. */
async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const failed: unknown[] = [];
  for (const item of items) await work(item).catch((error: unknown) => failed.push(error));
  if (failed.length > 0) throw failed[0];
}

/** As `inTurn`, side by side: listing is waiting. */
async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const ended = await Promise.allSettled(items.map(work));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function wrap(log: Log, handler: Handler): Handler {
  return middy()
    .use(logsFailures(log))
    .use(answersUserErrors())
    .handler(handler as never);
}

async function startFromEvent(ports: PlanPorts, event: unknown, signal: AbortSignal): Promise<unknown> {
  const { row, created, warnings } = await startTask(ports, parseTask(event), signal);
  const { bucket, prefix } = stateLocationOf(row.task);
  return {
    taskId: row.taskId,
    created,
    state: row.state,
    report: cosUrl(bucket, stateKeys.report(prefix)),
    warnings,
  };
}
