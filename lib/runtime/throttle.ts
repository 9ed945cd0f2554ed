/** Slows all requests of this process to one store while it answers that it is asked too often. */
import { StoreError } from '../core/errors.ts';
import { holdOf, isOutgrown, type Pace, paceAfter, paceAt } from '../core/pace.ts';
import type { RetryContext } from '../app/retry.ts';
import { RateLimiter } from './limiter.ts';

const SECOND_MS = 1_000;
/** Less than the limits': a store that is just getting its breath back gets no burst. */
const BURST_MS = 10;

export class Throttle {
  private readonly context: RetryContext;
  /** Spreads requests evenly over time. */
  private readonly limiter: RateLimiter;
  private readonly meter = new Meter();
  /** Undefined while the store does not throttle. */
  private pace: Pace | undefined;

  constructor(context: RetryContext) {
    this.context = context;
    this.limiter = new RateLimiter(context.clock, undefined, BURST_MS);
  }

  /** Waits for its turn, which is now unless the store throttles; learns from how the call ends. */
  async pass<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    if (this.pace !== undefined) await this.turn(this.pace, signal);
    const startedAtMs = this.context.clock.now();
    this.meter.count(startedAtMs);
    try {
      return await call();
    } catch (error) {
      // Not `busy`: that is about one key, which two write at once.
      if (error instanceof StoreError && error.code === 'throttled') this.slow(error, startedAtMs);
      throw error;
    }
  }

  private async turn(pace: Pace, signal: AbortSignal): Promise<void> {
    const { clock } = this.context;
    const nowMs = clock.now();
    if (isOutgrown(pace, nowMs, this.meter.perSecond(nowMs))) {
      this.pace = this.limiter.perSecond = undefined;
      return;
    }
    if (pace.cutAtMs > nowMs) await clock.sleep(pace.cutAtMs - nowMs, signal);
    if (this.pace !== undefined) this.limiter.perSecond = paceAt(this.pace, clock.now());
    await this.limiter.take(1, signal);
  }

  private slow({ retryAfterMs = 0 }: StoreError, startedAtMs: number): void {
    const { clock, dice } = this.context;
    const nowMs = clock.now();
    const usedPerSecond = this.meter.perSecond(nowMs);
    const holdMs = holdOf(retryAfterMs, dice.random());
    this.pace = paceAfter(this.pace, { nowMs, startedAtMs, usedPerSecond, holdMs });
    this.limiter.perSecond = paceAt(this.pace, nowMs);
  }
}

/** Counts by the second: the last one is this one, and what of the one before is not yet a second ago. */
class Meter {
  private sinceMs = -Infinity;
  private counted = 0;
  private countedBefore = 0;

  count(nowMs: number): void {
    if (nowMs - this.sinceMs >= SECOND_MS) this.turnOver(nowMs);
    this.counted++;
  }

  perSecond(nowMs: number): number {
    if (nowMs - this.sinceMs >= SECOND_MS) this.turnOver(nowMs);
    return this.counted + this.countedBefore * (1 - (nowMs - this.sinceMs) / SECOND_MS);
  }

  private turnOver(nowMs: number): void {
    const isNext = nowMs - this.sinceMs < 2 * SECOND_MS;
    this.countedBefore = isNext ? this.counted : 0;
    this.counted = 0;
    this.sinceMs = isNext ? this.sinceMs + SECOND_MS : nowMs;
  }
}
