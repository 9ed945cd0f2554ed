/** Time that moves only when nothing is left to do at the moment it is: then it jumps to the next sleeper. */
import type { Clock } from '../../lib/ports/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/** 2026-01-01T00:00:00Z. */
export const EPOCH_MS = 1_767_225_600_000;

export class VirtualClock implements Clock {
  #nowMs = EPOCH_MS;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#nowMs;
  }

  /** Calls `wake` after `ms`; answers how to forget it. */
  schedule(ms: number, wake: () => void): () => void {
    const sleeper: Sleeper = { dueMs: this.#nowMs + Math.max(0, ms), wake };
    this.#sleepers.add(sleeper);
    return () => void this.#sleepers.delete(sleeper);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return new Promise((resolve) => this.schedule(ms, resolve));
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const aborted = () => {
        forget();
        reject(signal.reason as Error);
      };
      const forget = this.schedule(ms, () => {
        signal.removeEventListener('abort', aborted);
        resolve();
      });
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Wakes the sleeper that is due next, of those due together the one that lay down first; false where nobody sleeps. */
  step(): boolean {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers)
      if (next === undefined || sleeper.dueMs < next.dueMs) next = sleeper;
    if (next === undefined) return false;
    this.#sleepers.delete(next);
    this.#nowMs = next.dueMs;
    next.wake();
    return true;
  }
}
