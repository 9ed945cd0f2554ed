/** Trying again what may succeed later. */
import { retryDelayMs, type RetryPolicy } from '../core/backoff.ts';
import { isRetryable, StoreError } from '../core/errors.ts';
import type { Clock, Dice } from '../ports/clock.ts';

export interface RetryContext {
  readonly clock: Clock;
  readonly dice: Dice;
}

/** Calls `attempt` (numbered from 1) until it succeeds, fails for good, or the attempts are used up; rethrows the last error. */
export async function retrying<T>(
  policy: RetryPolicy,
  context: RetryContext,
  signal: AbortSignal,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (signal.aborted || number >= policy.attemptsMax || !isRetryable(error)) throw error;
      const askedMs = error instanceof StoreError ? error.retryAfterMs : undefined;
      await context.clock.sleep(retryDelayMs(policy, number, context.dice.random(), askedMs), signal);
    }
  }
}
