/** What all processes together used of a limit, over every ten seconds. */

const STEP_MS = 100;
const WINDOW_STEPS = 100;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  /** Used ÷ what the limit allowed. */
  readonly used: number;
}

export class Meter {
  private readonly amounts: number[] = [];
  private readonly fromMs: number;

  constructor(fromMs: number) {
    this.fromMs = fromMs;
  }

  add(atMs: number, amount: number): void {
    const step = Math.floor((atMs - this.fromMs) / STEP_MS);
    this.amounts[step] = (this.amounts[step] ?? 0) + amount;
  }

  /** Every ten seconds that lie between the two, by tenths of a second. */
  windows(fromMs: number, toMs: number, perSecond: number): Window[] {
    const windows: Window[] = [];
    const [first, last] = [fromMs, toMs].map((ms) => Math.ceil((ms - this.fromMs) / STEP_MS));
    for (let step = first ?? 0; step + WINDOW_STEPS <= (last ?? 0); step++) {
      const amounts = Array.from({ length: WINDOW_STEPS }, (_, at) => this.amounts[step + at] ?? 0);
      const amount = amounts.reduce((sum, one) => sum + one, 0);
      const at = this.fromMs + step * STEP_MS;
      const allowed = (perSecond * WINDOW_STEPS * STEP_MS) / 1_000;
      windows.push({ fromMs: at, toMs: at + WINDOW_STEPS * STEP_MS, used: amount / allowed });
    }
    return windows;
  }
}
