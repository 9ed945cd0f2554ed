/** One invocation's work on a list of items: lanes that do them, and a watch that keeps what is done and calls time. */
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { endsWithin, within } from './deadline.ts';
import { runLanes } from './lanes.ts';
import { anySignal } from './signals.ts';

/** What is done is kept at least this often: the most that a crash makes move again. */
const CHECKPOINT_EVERY_MS = 10_000;
/** Before the deadline: no item is begun any more, then those under way are stopped, then what is done is kept. */
const DEADLINE_MARGINS = { beginMs: 30_000, stopMs: 10_000 } as const;
/** Items under way when the process is being stopped may still end within this. */
const STOP_MS_MAX = 3_000;
/** A checkpoint takes no longer than this. */
const CHECKPOINT_MS_MAX = 8_000;
/** How often the watch looks. */
const WATCH_EVERY_MS = 1_000;

export interface Done<T> {
  readonly item: number;
  readonly end: T;
}

export interface Job<T> {
  /** To be done in this order, ascending. */
  readonly items: readonly number[];
  readonly lanes: number;
  readonly deadlineMs: number;
  /** Undefined: stopped before its end, to be tried again. Does not reject. */
  readonly work: (item: number, signal: AbortSignal) => Promise<T | undefined>;
  /** Keeps what is done since the last time, in order; called with the same items again where it rejected. */
  readonly keep: (done: readonly Done<T>[], signal: AbortSignal) => Promise<void>;
  /** Whether items may still be begun: asked every second. */
  readonly mayGoOn: (signal: AbortSignal) => Promise<boolean>;
}

export class Run<T> {
  private readonly ports: { readonly clock: Clock; readonly log: Log };
  private readonly job: Job<T>;
  /** How each item ended; holes are under way or untried. */
  private readonly ended: (T | undefined)[] = [];
  private next = 0;
  /** Items before are done; before `kept`, kept too. */
  private done = 0;
  private kept = 0;
  private keptAtMs: number;
  private stopping = false;
  private stopAtMs: number | undefined;
  /** Stops the items under way. */
  private readonly halt = new AbortController();

  constructor(ports: { readonly clock: Clock; readonly log: Log }, job: Job<T>) {
    this.ports = ports;
    this.job = job;
    this.keptAtMs = ports.clock.now();
  }

  /** Works until the end, the deadline, or a word to stop; answers how many items from the first on are done and kept. */
  async run(signal: AbortSignal): Promise<number> {
    const { items, lanes } = this.job;
    const halt = anySignal(this.halt.signal);
    const working = runLanes(
      Math.min(lanes, items.length),
      () => this.take(signal),
      (at) => this.work(at, halt),
    );
    const watching = this.watch(working, signal);
    try {
      await working;
    } finally {
      await watching;
    }
    // Kept also while the process is being stopped.
    await within(this.ports.clock, CHECKPOINT_MS_MAX, (time) => this.checkpoint(time));
    return this.kept;
  }

  /** Nothing more is begun; what is under way may end. */
  stop(): void {
    this.stopping = true;
  }

  private take(signal: AbortSignal): number | undefined {
    if (this.stopping || signal.aborted || this.next >= this.job.items.length) return undefined;
    return this.next++;
  }

  private async work(at: number, signal: AbortSignal): Promise<void> {
    const item = this.job.items[at];
    if (item === undefined) return;
    this.ended[at] = await this.job.work(item, signal);
    while (this.ended[this.done] !== undefined) this.done++;
  }

  /** Looks at the clock until the lanes have ended; what it asks of others must not keep it from that. */
  private async watch(working: Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock } = this.ports;
    const ended = working.catch(() => undefined);
    let asking: Promise<void> | undefined;
    while (!(await endsWithin(clock, WATCH_EVERY_MS, ended))) {
      const leftMs = this.leftMs(clock.now(), signal);
      if (leftMs <= DEADLINE_MARGINS.beginMs) this.stopping = true;
      if (leftMs <= DEADLINE_MARGINS.stopMs) this.halt.abort(new Error('the invocation’s time is over'));
      asking ??= this.ask(signal).finally(() => (asking = undefined));
    }
    await asking;
  }

  /** What fails here is tried again at the next turn, or at the end. */
  private async ask(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.ports;
    if (signal.aborted) return;
    try {
      await within(clock, CHECKPOINT_MS_MAX, async (late) => {
        const either = anySignal(signal, late);
        if (!(await this.job.mayGoOn(either))) this.stopping = true;
        if (clock.now() - this.keptAtMs >= CHECKPOINT_EVERY_MS) await this.checkpoint(either);
      });
    } catch (error) {
      log.warn('checkpoint delayed', { problem: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Until the deadline; a process that is being stopped gives the items under way a moment to end. */
  private leftMs(nowMs: number, signal: AbortSignal): number {
    const { deadlineMs } = this.job;
    if (!signal.aborted) return deadlineMs - nowMs;
    this.stopAtMs ??= nowMs + STOP_MS_MAX;
    return Math.min(deadlineMs - nowMs, this.stopAtMs - nowMs + DEADLINE_MARGINS.stopMs);
  }

  private async checkpoint(signal: AbortSignal): Promise<void> {
    const { items } = this.job;
    this.keptAtMs = this.ports.clock.now();
    const { done, kept } = this;
    if (done === kept) return;
    const ends = items.slice(kept, done).flatMap((item, i): Done<T>[] => {
      const end = this.ended[kept + i];
      return end === undefined ? [] : [{ item, end }];
    });
    await this.job.keep(ends, signal);
    this.kept = done;
  }
}

/** What was done, cut where items do not follow one another. */
export function stretchesOf<T>(done: readonly Done<T>[]): Done<T>[][] {
  const stretches: Done<T>[][] = [];
  let last: Done<T>[] = [];
  for (const each of done) {
    if (last.at(-1)?.item !== each.item - 1) stretches.push((last = []));
    last.push(each);
  }
  return stretches;
}
