/** Rate limits: a virtual schedule that brings units one by one (GCRA); callers wait for theirs, first come first served. */
import type { Clock } from '../ports/clock.ts';

/** How much of a second's worth may go at once after an idle time: keeps any ten seconds within 1 % of the limit. */
const BURST_MS = 100;

/** Who waits looks again this often: the rate may have been changed. */
const LOOK_EVERY_MS = 1_000;

export class RateLimiter {
  private readonly clock: Clock;
  private readonly burstMs: number;
  private perMs = Infinity;
  /** Units that the schedule had brought up to `sinceMs`; from there on it brings `perMs` a millisecond. */
  private broughtUnits = 0;
  private sinceMs = 0;
  /** Units given away: the place of the last one in the schedule. */
  private givenUnits = -Infinity;
  /** Units that came while nobody asked for them, and all that had come, when `used` was last asked. */
  private idleUnits = 0;
  private countedUnits = 0;

  constructor(clock: Clock, perSecond: number | undefined, burstMs = BURST_MS) {
    this.clock = clock;
    this.burstMs = burstMs;
    this.perSecond = perSecond;
  }

  /** Holds at once, also for those who wait already. */
  set perSecond(perSecond: number | undefined) {
    const nowMs = this.clock.now();
    const isNew = this.unlimited;
    this.broughtUnits = isNew ? 0 : this.brought(nowMs);
    this.sinceMs = nowMs;
    this.perMs = (perSecond ?? Infinity) / 1000;
    if (!isNew) return;
    this.givenUnits = -this.burstMs * this.perMs;
    this.idleUnits = this.countedUnits = 0;
  }

  get unlimited(): boolean {
    return this.perMs === Infinity;
  }

  /** Waits until `units` may go. */
  async take(units: number, signal: AbortSignal): Promise<void> {
    if (this.unlimited) return;
    this.skipIdle();
    const place = this.givenUnits + units;
    this.givenUnits = place;
    for (;;) {
      const waitMs = (place - this.brought(this.clock.now())) / this.perMs;
      if (!(waitMs > 0)) return; // not a number where the limit was lifted meanwhile
      await this.clock.sleep(Math.min(Math.ceil(waitMs), LOOK_EVERY_MS), signal);
    }
  }

  /** How much of what came since this was last asked was asked for, 0 to 1; undefined while unlimited. */
  used(): number | undefined {
    if (this.unlimited) return undefined;
    this.skipIdle();
    const broughtUnits = this.brought(this.clock.now());
    const cameUnits = broughtUnits - this.countedUnits;
    const used = cameUnits > 0 ? 1 - this.idleUnits / cameUnits : 0;
    this.countedUnits = broughtUnits;
    this.idleUnits = 0;
    return Math.min(1, Math.max(0, used));
  }

  /** What was not asked for in time is lost, but for a burst. */
  private skipIdle(): void {
    const unspent = this.brought(this.clock.now()) - this.burstMs * this.perMs;
    if (this.givenUnits >= unspent) return;
    this.idleUnits += unspent - this.givenUnits;
    this.givenUnits = unspent;
  }

  private brought(nowMs: number): number {
    return this.broughtUnits + (nowMs - this.sinceMs) * this.perMs;
  }
}
