/** Faults planned by a test: an action is refused, before its work or after it; one that never happened is an error of the test. */
import { Refusal } from './refusal.ts';

export interface PlannedError {
  /** For example `InternalError` or `RequestLimitExceeded`. */
  readonly code: string;
  readonly message?: string;
  /** The work is done, and then the error answered. */
  readonly after?: boolean;
  /** This many calls that fit go through first; default 0. */
  readonly skip?: number;
}

interface Planned {
  readonly action: string;
  readonly error: PlannedError;
  skip: number;
  left: number;
}

export interface Unfired {
  readonly action: string;
  readonly code: string;
  readonly times: number;
}

export class PlannedFaults {
  readonly #planned: Planned[] = [];

  /** @param action `CreateFunction`, `scf.CreateFunction`, or `*` for every action */
  plan(action: string, error: PlannedError, times: number): void {
    this.#planned.push({ action, error, skip: error.skip ?? 0, left: times });
  }

  get unfired(): readonly Unfired[] {
    return this.#planned
      .filter(({ left }) => left > 0)
      .map(({ action, error, left }) => ({ action, code: error.code, times: left }));
  }

  /** Throws the error of the first plan that fits, before the work or after it. */
  async around<T>(service: string, action: string, work: () => Promise<T>): Promise<T> {
    const planned = this.#take([action, `${service}.${action}`, '*']);
    if (!planned) return await work();
    if (planned.after === true) await work();
    throw new Refusal(planned.code, planned.message ?? `A planned ${planned.code}.`);
  }

  #take(names: readonly string[]): PlannedError | undefined {
    for (const plan of this.#planned) {
      if (plan.left === 0 || !names.includes(plan.action)) continue;
      if (plan.skip > 0) {
        plan.skip -= 1;
        continue;
      }
      plan.left -= 1;
      return plan.error;
    }
    return undefined;
  }
}
