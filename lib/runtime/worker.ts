/**
 * A long-running worker: takes part in all tasks through the queue, in any of the three roles, beside functions and
 * other workers. It may join and leave at any time, and be killed: what it had is taken up by others.
 */
import type { CopyPorts } from '../app/copy-ports.ts';
import { Semaphore } from '../app/lanes.ts';
import { LiveWork } from '../app/live-work.ts';
import { OpenTasks } from '../app/open-tasks.ts';
import type { Sharing } from '../app/sharing.ts';
import { Sightings } from '../app/sightings.ts';
import { anySignal } from '../app/signals.ts';
import { parseMessage, type Topic } from '../core/messages.ts';
import { addTallies, NO_TALLY, type Tally } from '../core/slices.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ConsumeOptions, Message, Queue } from '../ports/queue.ts';
import type { Stores } from '../ports/stores.ts';
import type { Table } from '../ports/table.ts';
import { type Composition, copyHandler, type Handler, plannerHandler, reporterHandler } from './handlers.ts';
import type { InvocationContext } from './invocation.ts';
import { WORKER } from './limits.ts';
import { triggerEvent } from './trigger-event.ts';

export const ROLES = ['planner', 'copy', 'reporter'] as const;
export type Role = (typeof ROLES)[number];

const CONTEXT: Omit<InvocationContext, 'function_name'> = {
  request_id: 'worker',
  time_limit_in_ms: Infinity,
};

export interface WorkerOptions {
  readonly roles: readonly Role[];
  /** Objects under way at once. */
  readonly concurrency: number;
  /** Each under this process' part of a task's limits. */
  readonly copying: Stores;
  readonly planning: Stores;
  /** What that part is; without it, nothing of it is said to others. */
  readonly sharing?: Sharing;
  readonly queue: Queue;
  /** For planner and reporter. */
  readonly table: Table | undefined;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  readonly onProgress: (progress: WorkerProgress) => void;
  /** Stops after a checkpoint. */
  readonly signal: AbortSignal;
}

export interface WorkerProgress {
  /** Since it started. */
  readonly tally: Tally;
  readonly segmentsUnderWay: number;
}

/** Resolves when it was told to stop and has; rejects when the queue refuses it for good. */
export async function work(options: WorkerOptions): Promise<void> {
  await new Worker(options).run();
}

class Worker {
  private readonly options: WorkerOptions;
  private readonly live = new LiveWork();
  private readonly failed = new AbortController();
  private readonly signal: AbortSignal;
  private readonly copyPorts: CopyPorts;
  private finished: Tally = NO_TALLY;
  private segmentsUnderWay = 0;

  constructor(options: WorkerOptions) {
    this.options = options;
    this.signal = anySignal(options.signal, this.failed.signal);
    const { copying: stores, sharing, queue, clock, dice, log, concurrency } = options;
    this.copyPorts = {
      ...{ stores, queue, clock, dice, log },
      ...(sharing === undefined ? {} : { sharing }),
      tasks: new OpenTasks(stores, clock),
      live: this.live,
      parts: new Semaphore(WORKER.partsInFlight),
      lanes: Math.max(1, Math.ceil(concurrency / WORKER.segmentsInFlight)),
    };
  }

  async run(): Promise<void> {
    const roles = this.options.roles.map((role) => this.play(role));
    const show = this.every(WORKER.showEveryMs, () => {
      this.show();
      return Promise.resolve();
    });
    try {
      await Promise.all(roles);
    } finally {
      this.failed.abort();
      await Promise.allSettled([...roles, show]);
      this.show();
    }
  }

  private async play(role: Role): Promise<void> {
    switch (role) {
      case 'planner': {
        const { planning: stores } = this.options;
        const ports = { ...this.copyPorts, stores, table: this.table(role) };
        return this.consume('ranges', WORKER.ranges, (held) => plannerHandler(held(ports), this.options.log));
      }
      case 'copy':
        return this.consume('segments', WORKER.segments, (held) =>
          this.counted(copyHandler(held(this.copyPorts), this.options.log)),
        );
      case 'reporter': {
        const table = this.table(role);
        const ports = { ...this.copyPorts, table, sweep: WORKER.sweep, sightings: new Sightings() };
        const { signal, options } = this;
        const timer = reporterHandler(() => ({ ports, signal }), options.log);
        const ticking = this.every(WORKER.tickEveryMs, () => this.call(timer, role, { Type: 'Timer' }));
        await this.consume('results', WORKER.results, (held) => reporterHandler(held(ports), options.log));
        return ticking;
      }
    }
  }

  private table(role: Role): Table {
    const { table } = this.options;
    if (table === undefined) throw new TypeError(`the role ${role} needs a table`);
    return table;
  }

  /** `make` gets what composes ports with a signal that aborts when the worker stops, or the batch is taken away. */
  private async consume(
    topic: Topic,
    options: ConsumeOptions,
    make: (held: <P>(ports: P) => () => Composition<P>) => Handler,
  ): Promise<void> {
    const handle = async (messages: readonly Message[], held: AbortSignal) => {
      const signal = anySignal(this.signal, held);
      const handler = make((ports) => () => ({ ports, signal }));
      await this.call(handler, topic, triggerEvent(topic, messages));
    };
    try {
      await this.options.queue.consume(topic, options, handle, this.signal);
    } catch (error) {
      this.failed.abort(error);
      throw error;
    }
  }

  private async call(handler: Handler, name: string, event: unknown): Promise<void> {
    await handler(event, { ...CONTEXT, function_name: name });
  }

  /** Keeps count of the segments of each batch. */
  private counted(handler: Handler): Handler {
    return async (event, context) => {
      this.segmentsUnderWay++;
      try {
        return await handler(event, context);
      } finally {
        this.segmentsUnderWay--;
        this.finish((event as ReturnType<typeof triggerEvent>).Records.map(({ Ckafka }) => Ckafka.msgBody));
      }
    };
  }

  private finish(bodies: readonly string[]): void {
    for (const body of bodies) {
      const { taskId, segmentId } = readable(body) ?? {};
      if (taskId === undefined || segmentId === undefined) continue;
      this.finished = addTallies(this.finished, this.live.take(taskId, segmentId));
    }
  }

  private show(): void {
    const tally = addTallies(this.finished, this.live.total());
    this.options.onProgress({ tally, segmentsUnderWay: this.segmentsUnderWay });
  }

  private async every(ms: number, work: () => Promise<void>): Promise<void> {
    const { clock, log } = this.options;
    for (;;) {
      await clock.sleep(ms, this.signal).catch(() => undefined);
      if (this.signal.aborted) return;
      await work().catch((error: unknown) => {
        log.warn('timer', { problem: error instanceof Error ? error.message : String(error) });
      });
    }
  }
}

/** The handler has said what is wrong with one that is not. */
function readable(body: string) {
  try {
    return parseMessage('segments', body);
  } catch {
    return undefined;
  }
}
