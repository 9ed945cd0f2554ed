/** One invocation's work on one segment: lanes that copy, and a watch that writes checkpoints and calls time. */
import type { Failure } from '../core/failures.ts';
import type { SegmentMessage } from '../core/messages.ts';
import type { Entry } from '../core/object.ts';
import { type Outcome, sliceOf } from '../core/outcomes.ts';
import type { Slice } from '../core/slices.ts';
import type { TargetView } from './conflicts.ts';
import type { ControlWatch } from './control-watch.ts';
import type { CopyContext } from './copy-context.ts';
import { copyObject } from './copy-object.ts';
import type { CopyPorts } from './copy-ports.ts';
import { endsWithin, within } from './deadline.ts';
import { runLanes } from './lanes.ts';
import type { LiveSegment } from './live-work.ts';
import { ringResult } from './ring.ts';
import { anySignal } from './signals.ts';
import type { TaskState } from './task-state.ts';

/** What is done is written at least this often: the most that a crash makes move again. */
const CHECKPOINT_EVERY_MS = 10_000;
/** Before the deadline: no object is begun any more, then those under way are stopped, then results are written. */
const DEADLINE_MARGINS = { beginMs: 30_000, stopMs: 10_000 } as const;
/** Objects under way when the process is being stopped may still end within this. */
const STOP_MS_MAX = 3_000;
/** A checkpoint takes no longer than this. */
const CHECKPOINT_MS_MAX = 8_000;
/** How often the watch looks. */
const WATCH_EVERY_MS = 1_000;

export interface SegmentRunInput {
  readonly ports: CopyPorts;
  readonly context: CopyContext;
  readonly view: TargetView;
  readonly message: SegmentMessage;
  readonly state: TaskState;
  readonly entries: readonly Entry[];
  readonly from: number;
  readonly deadlineMs: number;
  /** The first entry has cost several invocations already: it fails without being tried. */
  readonly givesUpFirst: boolean;
}

export class SegmentRun {
  private readonly input: SegmentRunInput;
  /** How each entry from `input.from` on ended; holes are under way or untried. */
  private readonly ended: (Outcome | undefined)[] = [];
  private next: number;
  /** Entries below are done; below `written`, written too. */
  private done: number;
  private written: number;
  private writtenAtMs: number;
  private stopping = false;
  private stopAtMs: number | undefined;
  /** Stops the objects under way. */
  private readonly halt = new AbortController();
  private readonly live: LiveSegment | undefined;

  constructor(input: SegmentRunInput) {
    this.input = input;
    this.next = this.done = this.written = input.from;
    this.writtenAtMs = input.ports.clock.now();
    this.live = input.ports.live?.segment(input.message.taskId, input.message.segmentId);
  }

  /** Copies until the end, the deadline, or a word to stop; answers up to where all is done and written. */
  async run(control: ControlWatch, signal: AbortSignal): Promise<number> {
    const { ports, entries } = this.input;
    if (this.input.givesUpFirst) this.giveUpFirst();
    const halt = anySignal(this.halt.signal);
    const lanes = runLanes(
      Math.min(ports.lanes, entries.length - this.next),
      () => this.take(signal),
      (at) => this.copy(at, halt),
    );
    const watching = this.watch(lanes, control, signal);
    try {
      await lanes;
    } finally {
      await watching;
    }
    // Written also while the process is being stopped.
    await within(ports.clock, CHECKPOINT_MS_MAX, (time) => this.checkpoint(time));
    return this.written;
  }

  private take(signal: AbortSignal): number | undefined {
    if (this.stopping || signal.aborted || this.next >= this.input.entries.length) return undefined;
    return this.next++;
  }

  private async copy(at: number, signal: AbortSignal): Promise<void> {
    const { context, entries, view } = this.input;
    const entry = entries[at];
    if (entry === undefined) return;
    const onArrived = (bytes: number) => this.live?.arrived(at, bytes);
    this.end(at, await copyObject(context, entry, view, signal, onArrived));
  }

  private end(at: number, outcome: Outcome | undefined): void {
    const { from } = this.input;
    this.ended[at - from] = outcome;
    this.live?.ended(at, outcome);
    while (this.ended[this.done - from] !== undefined) this.done++;
  }

  private giveUpFirst(): void {
    const failure: Failure = {
      code: 'TIMEOUT',
      message: 'the object could not be copied within one invocation, several times',
    };
    const bytes = this.input.entries[this.next]?.size ?? 0;
    this.end(this.next++, { kind: 'failed', bytes, failure });
  }

  /** Looks at the clock until the lanes have ended; what it asks of the state store must not keep it from that. */
  private async watch(lanes: Promise<void>, control: ControlWatch, signal: AbortSignal): Promise<void> {
    const { clock } = this.input.ports;
    const ended = lanes.catch(() => undefined);
    let asking: Promise<void> | undefined;
    while (!(await endsWithin(clock, WATCH_EVERY_MS, ended))) {
      const leftMs = this.leftMs(clock.now(), signal);
      if (leftMs <= DEADLINE_MARGINS.beginMs) this.stopping = true;
      if (leftMs <= DEADLINE_MARGINS.stopMs) this.halt.abort(new Error('the invocation’s time is over'));
      asking ??= this.ask(control, signal).finally(() => (asking = undefined));
    }
    await asking;
  }

  /** Follows the control object and writes checkpoints. What fails here is tried again at the next turn, or at the end. */
  private async ask(control: ControlWatch, signal: AbortSignal): Promise<void> {
    const { ports, message } = this.input;
    if (signal.aborted) return;
    try {
      await within(ports.clock, CHECKPOINT_MS_MAX, async (late) => {
        const either = anySignal(signal, late);
        if (!(await this.mayGoOn(control, either))) this.stopping = true;
        if (ports.clock.now() - this.writtenAtMs >= CHECKPOINT_EVERY_MS) await this.checkpoint(either);
      });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      ports.log.warn('checkpoint delayed', { segmentId: message.segmentId, problem });
    }
  }

  /** Until the deadline; a process that is being stopped gives the objects under way a moment to end. */
  private leftMs(nowMs: number, signal: AbortSignal): number {
    if (!signal.aborted) return this.input.deadlineMs - nowMs;
    this.stopAtMs ??= nowMs + STOP_MS_MAX;
    return Math.min(this.input.deadlineMs - nowMs, this.stopAtMs - nowMs + DEADLINE_MARGINS.stopMs);
  }

  private async mayGoOn(control: ControlWatch, signal: AbortSignal): Promise<boolean> {
    return (await control.read(signal)).state === 'running';
  }

  /** Writes what is done since the last time; the message carries it too, the object is its durable copy. */
  private async checkpoint(signal: AbortSignal): Promise<void> {
    const slice = this.sliceSoFar();
    this.writtenAtMs = this.input.ports.clock.now();
    if (slice === undefined) return;
    const { state, message, ports } = this.input;
    await state.writeSlice(message.segmentId, slice, signal);
    this.written = slice.to;
    const { failed: _, abandoned: __, ...summary } = slice;
    await ringResult(ports.queue, { taskId: message.taskId, segmentId: message.segmentId, slice: summary });
  }

  private sliceSoFar(): Slice | undefined {
    const { from, entries, ports } = this.input;
    if (this.done === this.written) return undefined;
    const outcomes = this.ended
      .slice(this.written - from, this.done - from)
      .filter((end) => end !== undefined);
    return sliceOf({ from: this.written, unique: ports.dice.unique(), entries, outcomes });
  }
}
