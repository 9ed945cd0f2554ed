/** Bounded concurrency. */

/** Runs `work` in `count` lanes, each starting again as long as `next` gives it something. Rejects with the first error, after all lanes have ended. */
export async function runLanes<T>(
  count: number,
  next: () => T | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failed = false;
  const lane = async () => {
    for (let item = next(); item !== undefined && !failed; item = next()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: count }, lane));
  const rejected = ended.find((end) => end.status === 'rejected');
  if (rejected !== undefined) throw rejected.reason;
}

/** Works on all items, `count` at a time; answers in their order. Rejects with the first error, after what was begun has ended. */
export async function mapInLanes<T, R>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const take = () => (next < items.length ? { at: next, item: items[next++] as T } : undefined);
  await runLanes(Math.min(count, items.length), take, async ({ at, item }) => {
    answers[at] = await work(item);
  });
  return answers;
}

/** At most `places` holders at a time, first come first served. */
export class Semaphore {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(places: number) {
    this.free = places;
  }

  /** Who is aborted waits no longer, and their work is not begun. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free--;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(signal?.reason as Error);
      };
      const enter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      this.waiting.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
