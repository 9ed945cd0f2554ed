/** Waits until SCF has done what it was asked: it answers at once, and refuses the next change until then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../lib/core/errors.ts';
import { type Cloud, orUndefined } from './cloud.ts';
import { getFunction } from './found-function.ts';

/** A function in a VPC takes up to a minute; longer than this and something is wrong. */
const WAIT_MS = 180_000;
const POLL = { first: 100, max: 2_000 } as const;

const FATAL: Readonly<Record<'Active' | 'gone' | 'idle', readonly string[]>> = {
  Active: ['CreateFailed', 'UpdateFailed', 'PublishFailed', 'Deleting', 'DeleteFailed', 'gone'],
  gone: ['DeleteFailed'],
  /** Whatever can be deleted. */
  idle: [],
};

export async function settled(
  cloud: Cloud,
  name: string,
  wanted: keyof typeof FATAL = 'Active',
): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (let pauseMs: number = POLL.first; ; pauseMs = Math.min(2 * pauseMs, POLL.max)) {
    const found = await orUndefined('ResourceNotFound', getFunction(cloud, name));
    const status = found?.Status ?? 'gone';
    if (status === wanted || (wanted === 'idle' && !status.endsWith('ing'))) return;
    if (FATAL[wanted].includes(status)) {
      const reasons = (found?.StatusReasons ?? []).map((reason) => reason.ErrorMessage ?? '').join('; ');
      throw new UserError(
        `Function ${name} is ${status}: ${reasons === '' ? 'SCF gives no reason' : reasons}`,
      );
    }
    if (Date.now() > deadline)
      throw new UserError(
        `Function ${name} is still ${status} after ${WAIT_MS / 1_000} s; deploy again to go on`,
      );
    await sleep(pauseMs);
  }
}
