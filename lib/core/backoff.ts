/** How long to wait before trying again: exponential with full jitter, so that many workers do not come back at once. */

export interface RetryPolicy {
  readonly attemptsMax: number;
  readonly delayMsFirst: number;
  readonly delayMsMax: number;
}

/** For one object: about half a minute in all, past a short throttling and a restarted gateway. */
export const OBJECT_RETRY: RetryPolicy = { attemptsMax: 6, delayMsFirst: 200, delayMsMax: 15_000 };
/** For control calls and state objects, which a whole segment waits for. */
export const CONTROL_RETRY: RetryPolicy = { attemptsMax: 6, delayMsFirst: 200, delayMsMax: 10_000 };

/** Delay before the attempt after `attempt` (from 1); at least what the store asked for. `dice` is uniform in [0, 1). */
export function retryDelayMs(policy: RetryPolicy, attempt: number, dice: number, askedMs = 0): number {
  const ceiling = Math.min(policy.delayMsMax, policy.delayMsFirst * 2 ** (attempt - 1));
  return Math.max(askedMs, Math.round(ceiling * (0.5 + dice / 2)));
}
