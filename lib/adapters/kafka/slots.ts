/** So many may work at once; the others wait in line, until they no longer want to. */
export class Slots {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** True when a slot is taken; false when `givenUp` aborts first. */
  async take(givenUp: AbortSignal): Promise<boolean> {
    if (givenUp.aborted) return false;
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    return new Promise((resolve) => {
      const leave = () => {
        this.#line.splice(this.#line.indexOf(turn), 1);
        resolve(false);
      };
      const turn = () => {
        givenUp.removeEventListener('abort', leave);
        resolve(true);
      };
      givenUp.addEventListener('abort', leave, { once: true });
      this.#line.push(turn);
    });
  }

  /** Hands the slot to the next in line. */
  give(): void {
    const turn = this.#line.shift();
    if (turn === undefined) this.#free++;
    else turn();
  }
}
