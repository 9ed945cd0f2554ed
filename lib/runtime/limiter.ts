/** Rate limits: a virtual schedule on which every unit has its moment (GCRA); callers wait for theirs, first come first served. */
import type { Clock } from '../ports/clock.ts';

/** How much of a second's worth may go at once after an idle time: keeps any ten seconds within 1 % of the limit. */
const BURST_MS = 100;

export class RateLimiter {
  private readonly clock: Clock;
  private perMs: number;
  /** The moment of the next unit. */
  private nextMs = -Infinity;

  constructor(clock: Clock, perSecond: number | undefined) {
    this.clock = clock;
    this.perMs = (perSecond ?? Infinity) / 1000;
  }

  set perSecond(perSecond: number | undefined) {
    this.perMs = (perSecond ?? Infinity) / 1000;
  }

  get unlimited(): boolean {
    return this.perMs === Infinity;
  }

  /** Waits until `units` may go. */
  async take(units: number, signal: AbortSignal): Promise<void> {
    if (this.perMs === Infinity) return;
    const nowMs = this.clock.now();
    const startMs = Math.max(this.nextMs, nowMs - BURST_MS);
    this.nextMs = startMs + units / this.perMs;
    const waitMs = this.nextMs - nowMs;
    if (waitMs > 0) await this.clock.sleep(waitMs, signal);
  }
}
