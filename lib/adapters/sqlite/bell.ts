/** Wakes one loop: a ring before the wait is not lost, several count as one. */
import type { Clock } from '../../ports/clock.ts';

export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #sleep: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly ring = (): void => {
    this.#rung = true;
    this.#sleep?.abort();
  };

  /** Resolves at the next ring, or after `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.#rung) {
      const sleep = (this.#sleep = new AbortController());
      await this.#clock.sleep(ms, sleep.signal).catch((reason: unknown) => {
        if (!sleep.signal.aborted) throw reason;
      });
    }
    this.#rung = false;
  }
}
