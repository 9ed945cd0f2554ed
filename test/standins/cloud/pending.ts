/** States that change by themselves: whoever asks often enough sees the next one, so that no test waits for a clock. */

export class Pending<State extends string> {
  #state: State;
  #next: State | undefined;
  #polls = 0;

  constructor(state: State) {
    this.#state = state;
  }

  /** The state now; does not count as asking. */
  get state(): State {
    return this.#state;
  }

  /** `through` is seen `polls` times, then `next` holds. */
  become(through: State, next: State, polls: number): void {
    this.#state = polls > 0 ? through : next;
    this.#next = polls > 0 ? next : undefined;
    this.#polls = polls;
  }

  poll(): State {
    const seen = this.#state;
    if (this.#next !== undefined && --this.#polls <= 0) {
      this.#state = this.#next;
      this.#next = undefined;
    }
    return seen;
  }
}
