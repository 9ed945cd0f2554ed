/** Waits for something in the cloud that takes minutes, and says how it stands. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../lib/core/errors.ts';
import type { Say } from './context.ts';

const WAIT_MS = 20 * 60_000;
const PAUSE_MS = { first: 250, max: 10_000 } as const;

export interface Look<T> {
  /** Undefined as long as it is not. */
  readonly ready: T | undefined;
  readonly state: string;
  readonly hasFailed?: boolean;
}

/** Throws `UserError` after 20 minutes; what was begun is found again by the next run. */
export async function polled<T>(
  what: string,
  say: Pick<Say, 'step'>,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS.max)) {
    const { ready, state, hasFailed } = await look();
    if (ready !== undefined) return ready;
    if (hasFailed === true) throw new UserError(`${what} failed; look at it in the console and delete it`);
    if (Date.now() > deadline)
      throw new UserError(`${what} is still ${state} after 20 minutes; run it again to go on waiting`);
    say.step(`${what} is ${state}`);
    await sleep(pauseMs);
  }
}
