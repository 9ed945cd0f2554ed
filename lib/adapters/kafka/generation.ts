/** The time between two rebalances, in which a consumer holds the same partitions. */
import { setMaxListeners } from 'node:events';

export class Generation {
  readonly #batches = new Set<AbortController>();
  readonly #lanes = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #isRevoked = false;

  /** Every lane listens to its end. */
  constructor() {
    setMaxListeners(0, this.#end.signal);
  }

  /** Aborted: no further batch is begun. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  get isRevoked(): boolean {
    return this.#isRevoked;
  }

  /** A batch is handed over; `held` aborts with `revoke`. A signal for each, so that what listens to it goes with it. */
  begin(): { readonly held: AbortSignal; readonly end: () => void } {
    const batch = new AbortController();
    if (this.#isRevoked) batch.abort();
    this.#batches.add(batch);
    return { held: batch.signal, end: () => void this.#batches.delete(batch) };
  }

  /** `work` must not reject. */
  add(work: Promise<void>): void {
    const lane = work.finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  /** Begins no further batch; those under way stay its own. */
  finish(): void {
    this.#end.abort();
  }

  /** The partitions are somebody else's. */
  revoke(): void {
    this.#isRevoked = true;
    this.#end.abort();
    for (const batch of this.#batches) batch.abort();
  }

  /** Resolves when all work has ended. */
  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes);
  }
}
