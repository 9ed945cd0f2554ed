import { expect, it } from 'vitest';
import { endsWithin, within } from '../../lib/app/deadline.ts';
import { FakeClock } from '../support/fake-clock.ts';

const hangs = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

it('work that takes longer than it may is stopped then, with the time it had; work that ends in time is not', async () => {
  const clock = new FakeClock();
  let ended: string | undefined;
  const late = within(clock, 5_000, hangs).catch((error: unknown) => (ended = String(error)));
  await clock.advance(4_999);
  expect(ended).toBeUndefined();
  await clock.advance(1);
  expect(ended).toContain('not done within 5000 ms');
  await late;
  let signal: AbortSignal | undefined;
  expect(await within(clock, 5_000, async (given) => ((signal = given), 'done'))).toBe('done');
  await clock.advance(10_000);
  expect(signal?.aborted).toBe(false);
});

it('whether work ends in time is told as soon as that is known, and what it fails with is thrown', async () => {
  const clock = new FakeClock();
  const slow = clock.sleep(2_000);
  const told = endsWithin(clock, 1_000, slow);
  await clock.advance(1_000);
  expect(await told).toBe(false);
  expect(await endsWithin(clock, 1_000, Promise.resolve())).toBe(true);
  await expect(endsWithin(clock, 1_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
