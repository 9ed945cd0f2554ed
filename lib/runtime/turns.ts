/** One at a time, first come first served. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Does the work when it is its turn; who is aborted waits for nobody, and their work is not begun. */
  async take(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    signal.throwIfAborted();
    const turn = this.last.then(() => (signal.aborted ? undefined : work()));
    this.last = turn.catch(() => undefined);
    let stop: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      stop = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop);
    });
    try {
      await Promise.race([turn, aborted]);
    } finally {
      if (stop !== undefined) signal.removeEventListener('abort', stop);
    }
  }
}
