/** A clock whose time moves only when told; whatever its sleepers set off runs to its end before time moves on. */
import { setImmediate as macrotask } from 'node:timers/promises';
import type { Clock } from '../../lib/ports/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/** 2026-01-01T00:00:00Z. */
const FAKE_EPOCH_MS = 1_767_225_600_000;

export class FakeClock implements Clock {
  #nowMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(nowMs = FAKE_EPOCH_MS) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        leave();
        reject(signal?.reason as Error);
      };
      const wake = () => {
        leave();
        resolve();
      };
      const sleeper = { dueMs: this.#nowMs + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort);
    });
  }

  /** Moves time by `ms`; sleepers wake in the order of their time, those of one time in the order they lay down. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.wake();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Sleeper | undefined {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.dueMs <= untilMs);
    return due.reduce<Sleeper | undefined>(
      (a, b) => (a !== undefined && a.dueMs <= b.dueMs ? a : b),
      undefined,
    );
  }
}

/** Resolves when everything that waits for neither time nor the outside has run. */
export async function settled(): Promise<void> {
  await macrotask();
}
