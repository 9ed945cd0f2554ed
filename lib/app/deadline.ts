/** Bounding work in time, by the clock that is handed in. */
import type { Clock } from '../ports/clock.ts';

/** Made once: an abort without a reason makes an error with a stack trace, each time. */
const DONE = new Error('the work has ended');

/** Runs `work` with a signal that aborts after `ms`. */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  clock.sleep(ms, done.signal).then(
    () => {
      late.abort(new Error(`not done within ${String(ms)} ms`));
    },
    () => undefined,
  );
  try {
    return await work(late.signal);
  } finally {
    done.abort(DONE);
  }
}

/** Whether `work` ends within `ms`; its rejection is thrown. */
export async function endsWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    done.abort(DONE);
  }
}
