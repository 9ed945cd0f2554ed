/**
 * The whole migration in one process: the three functions fed from an embedded queue, over an embedded table, with a
 * timer. Killed at any moment and started again, it goes on where it was.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteQueue } from '../adapters/sqlite/queue.ts';
import { openSqliteTable } from '../adapters/sqlite/table.ts';
import { lockTask } from '../adapters/sqlite/lock.ts';
import { Semaphore } from '../app/lanes.ts';
import { LiveWork } from '../app/live-work.ts';
import { OpenTasks } from '../app/open-tasks.ts';
import { anySignal } from '../app/signals.ts';
import { startTask } from '../app/start-task.ts';
import { stateLocationOf, taskStateOf } from '../app/task-state.ts';
import { currentReport, writeLastReport } from '../app/last-report.ts';
import { tick } from '../app/tick.ts';
import { UserError } from '../core/errors.ts';
import type { Topic } from '../core/messages.ts';
import { isFinal, type Report, withLiveTally } from '../core/report.ts';
import type { Task } from '../core/task.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ConsumeOptions, Queue } from '../ports/queue.ts';
import type { Stores } from '../ports/stores.ts';
import type { Table, TaskRow, TaskTotals } from '../ports/table.ts';
import { copyHandler, type Handler, plannerHandler, reporterHandler } from './handlers.ts';
import { ONE_PROCESS } from './limits.ts';
import { triggerEvent } from './trigger-event.ts';

export interface MigrateOptions {
  readonly task: Task;
  /** Holds the queue and the table of every task started from here. */
  readonly stateDir: string;
  /** Objects under way at once. */
  readonly concurrency: number;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  readonly onReport: (report: Report) => void;
  readonly onWarning: (text: string) => void;
  /** Stops after a checkpoint. */
  readonly signal: AbortSignal;
}

/** Answers the last report: final, or as things stood when the signal came. Throws `UserError` and `StoreError`. */
export async function migrate(options: MigrateOptions): Promise<Report> {
  const { task, clock, dice, log } = options;
  const directory = join(options.stateDir, task.taskId);
  await mkdir(directory, { recursive: true });
  const lock = lockTask(join(directory, 'lock.db'));
  if (lock === undefined)
    throw new UserError(
      `task ${task.taskId} is being run by another process with the state directory ${options.stateDir}`,
    );
  const path = join(directory, 'state.db');
  const table = await openSqliteTable(path, clock);
  const queue = await openSqliteQueue(path, {
    clock,
    dice,
    leaseMs: ONE_PROCESS.leaseMs,
    pollMs: ONE_PROCESS.pollMs,
    handlerErrorLog: log,
  });
  try {
    await queue.releaseLeases();
    await writeFile(join(directory, 'task.json'), JSON.stringify(task, null, 2));
    return await new OneProcess(options, table, queue).run();
  } finally {
    await queue.close();
    await table.close();
    lock.release();
  }
}

class OneProcess {
  private readonly options: MigrateOptions;
  private readonly table: Table;
  private readonly queue: Queue;
  private readonly ports;
  private readonly live = new LiveWork();
  /** Ends the consumers: the task is over, or the user stops. */
  private readonly over = new AbortController();
  private readonly signal: AbortSignal;
  /** Nothing is left to do but to end the task. */
  private allDone = false;
  private wake: () => void = () => undefined;

  constructor(options: MigrateOptions, table: Table, queue: Queue) {
    this.options = options;
    this.table = table;
    this.queue = queue;
    this.signal = anySignal(options.signal, this.over.signal);
    const { stores, clock, dice, log } = options;
    const lanes = Math.max(1, Math.ceil(options.concurrency / ONE_PROCESS.segmentsInFlight));
    const parts = new Semaphore(ONE_PROCESS.partsInFlight);
    const tasks = new OpenTasks(stores, clock);
    const { live } = this;
    const { sweep } = ONE_PROCESS;
    this.ports = { stores, tasks, table, queue, clock, dice, log, lanes, parts, sweep, live };
  }

  async run(): Promise<Report> {
    const { task, onWarning, signal } = this.options;
    const { row, warnings } = await startTask(this.ports, task, signal);
    warnings.forEach((warning) => {
      onWarning(warning);
    });
    if (row.finishedAtMs !== undefined) return this.standingReport(row);
    const consumers = this.consumers();
    const failed = consumers.then(() => new Promise<never>(() => undefined));
    try {
      return await Promise.race([this.watch(), failed]);
    } finally {
      this.over.abort();
      await consumers.catch(() => undefined);
    }
  }

  private async consumers(): Promise<void> {
    const compose = () => ({ ports: this.ports, signal: this.signal });
    const { log } = this.options;
    const { segmentsInFlight, rangesInFlight } = ONE_PROCESS;
    await Promise.all([
      this.consume(
        'ranges',
        { batchMax: 1, inFlightMax: rangesInFlight },
        this.nudging(plannerHandler(compose, log)),
      ),
      this.consume('segments', { batchMax: 1, inFlightMax: segmentsInFlight }, copyHandler(compose, log)),
      this.consume('results', { batchMax: 100, inFlightMax: 1 }, this.nudging(reporterHandler(compose, log))),
    ]);
  }

  private consume(topic: Topic, options: ConsumeOptions, handler: Handler): Promise<void> {
    const context = { request_id: 'local', function_name: topic, time_limit_in_ms: Infinity };
    return this.queue.consume(
      topic,
      options,
      async (messages) => {
        await handler(triggerEvent(topic, messages), context);
      },
      this.signal,
    );
  }

  /** Looks at once whether the task is over, instead of at the next tick. */
  private nudging(handler: Handler): Handler {
    return async (event, context) => {
      const result = await handler(event, context);
      const { rangesOpen, segments, segmentsDone } = await this.table.totals(this.options.task.taskId);
      if (rangesOpen === 0 && segments === segmentsDone) {
        this.allDone = true;
        this.wake();
      }
      return result;
    };
  }

  /** The timer: shows progress often, ticks now and then and when all is done, until the task is over. */
  private async watch(): Promise<Report> {
    const { clock, onReport, signal } = this.options;
    let tickedAtMs = -Infinity;
    for (;;) {
      const isDue = this.allDone || clock.now() >= tickedAtMs + ONE_PROCESS.tickEveryMs;
      this.allDone = false;
      if (isDue) tickedAtMs = clock.now();
      const ticked = isDue ? await this.tick() : undefined;
      const isOver = ticked !== undefined && isFinal(ticked);
      if (ticked !== undefined && isEnding(ticked)) this.allDone = true;
      const report = isOver ? ticked : await this.liveReport();
      if (report !== undefined) onReport(report);
      if (isOver) return ticked;
      if (signal.aborted) return this.tableReport();
      await this.pause(ONE_PROCESS.showEveryMs);
    }
  }

  /** Undefined where the user stopped it: what it had not noted is done again next time. */
  private async tick(): Promise<Report | undefined> {
    const { task, clock, signal } = this.options;
    try {
      return await tick(this.ports, task.taskId, clock.now() + ONE_PROCESS.showEveryMs, this.signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /**
   * How things stand in the table, with what is done beyond it. Undefined where a segment was frozen meanwhile, or
   * parts were counted: they would show twice or not at all. The tally is taken before the totals, so that it holds
   * nothing not yet listed.
   */
  private async liveReport(): Promise<Report | undefined> {
    const { table, live } = this;
    const { taskId } = this.options.task;
    const before = await table.totals(taskId);
    await live.forget(taskId, async (segmentIds) => {
      const segments = await table.segments(taskId, segmentIds);
      return segments.filter(({ done }) => done).map(({ segmentId }) => segmentId);
    });
    const tally = live.tally(taskId);
    const report = await currentReport(this.ports, taskId);
    const after = await table.totals(taskId);
    if (report === undefined || isCounted(before, after)) return undefined;
    return withLiveTally(report, tally);
  }

  /** Sleeps, unless woken. */
  private async pause(ms: number): Promise<void> {
    if (this.allDone) return;
    const woken = new AbortController();
    this.wake = () => {
      woken.abort();
    };
    const either = anySignal(woken.signal, this.signal);
    await this.options.clock.sleep(ms, either).catch(() => undefined);
  }

  /** The task had ended before: its last report stands in COS, unless the process died over it. */
  private async standingReport(row: TaskRow): Promise<Report> {
    const { task, stores, signal } = this.options;
    const report = await taskStateOf(stores, stateLocationOf(task)).readReport(signal);
    return report !== undefined && isFinal(report) ? report : writeLastReport(this.ports, row, signal);
  }

  private async tableReport(): Promise<Report> {
    const report = await currentReport(this.ports, this.options.task.taskId);
    if (report === undefined) throw new UserError(`task ${this.options.task.taskId} is not in the table`);
    return report;
  }
}

function isCounted(before: TaskTotals, after: TaskTotals): boolean {
  return after.segmentsDone !== before.segmentsDone || after.partBytes !== before.partBytes;
}

/** All is done, and the failed manifest is still being written: the next tick goes on at once. */
function isEnding({ status, listing, objects, finishedAt }: Report): boolean {
  return finishedAt === null && status === 'running' && listing.complete && objects.pending === 0;
}
