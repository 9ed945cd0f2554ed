/** Time and dice, handed in: so that a run can be replayed from a seed. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Dice {
  /** Uniform in [0, 1). */
  random(): number;
  /** A name nobody else draws: 16 characters of [a-z0-9]. */
  unique(): string;
}
