/** What the user asks of a running task, looked up now and then. */
import { type Control, RUNNING } from '../core/control.ts';
import { UserError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { TaskState } from './task-state.ts';

/** How long a pause or cancel may take to be noticed: one small GET a function in that time. */
const CONTROL_READ_EVERY_MS = 5_000;

export class ControlWatch {
  private readonly clock: Clock;
  private readonly state: TaskState;
  private readAtMs = -Infinity;
  private control: Control = RUNNING;

  constructor(clock: Clock, state: TaskState) {
    this.clock = clock;
    this.state = state;
  }

  /** As last read. */
  get last(): Control {
    return this.control;
  }

  /**
   * Reads the object, unless that was done a moment ago and told to go on: a task that goes on again must not be
   * held up by what was read while it was paused. `everyMs`: what counts as a moment ago.
   */
  async read(signal: AbortSignal, everyMs: number = CONTROL_READ_EVERY_MS): Promise<Control> {
    const nowMs = this.clock.now();
    if (this.control.state !== 'running' || nowMs - this.readAtMs >= everyMs) {
      this.control = (await this.readable(signal)) ?? this.control;
      this.readAtMs = nowMs;
    }
    return this.control;
  }

  /** An object that was garbled by hand changes nothing; the reporter tells of it. */
  private async readable(signal: AbortSignal): Promise<Control | undefined> {
    try {
      return await this.state.readControl(signal);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}
