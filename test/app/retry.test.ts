import { describe, expect, it } from 'vitest';
import { retrying } from '../../lib/app/retry.ts';
import { StoreError } from '../../lib/core/errors.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { CALM } from '../support/workshop.ts';

const POLICY = { attemptsMax: 4, delayMsFirst: 100, delayMsMax: 250 };
const down = (retryAfterMs?: number) =>
  new StoreError('HTTP 503', { code: 'unavailable', operation: 'GetObject', retryAfterMs });

/** An attempt that fails with these errors in turn, then succeeds; and the times at which it was called. */
function attempts(...errors: readonly unknown[]) {
  const clock = new FakeClock(0);
  const atMs: number[] = [];
  const context = { clock, dice: { random: () => 0.999_999, unique: () => 'u' } };
  const attempt = async (number: number) => {
    atMs.push(clock.now());
    if (errors[number - 1] !== undefined) throw errors[number - 1];
    return number;
  };
  return { clock, atMs, run: (signal = CALM) => retrying(POLICY, context, signal, attempt) };
}

describe('trying again', () => {
  it('waits longer each time, up to the bound, and answers what succeeds', async () => {
    const { clock, atMs, run } = attempts(down(), down(), down());
    const ended = run();
    await clock.advance(10_000);
    expect(await ended).toBe(4);
    expect(atMs).toEqual([0, 100, 300, 550]);
  });

  it('waits as long as the store asked', async () => {
    const { clock, atMs, run } = attempts(down(7_000));
    const ended = run();
    await clock.advance(10_000);
    expect(await ended).toBe(2);
    expect(atMs).toEqual([0, 7_000]);
  });

  it('ends with the last error when the attempts are used up', async () => {
    const errors = [down(), down(), down(), down(), down()];
    const { clock, atMs, run } = attempts(...errors);
    const ended = run().catch((error: unknown) => error);
    await clock.advance(10_000);
    expect(await ended).toBe(errors[3]);
    expect(atMs).toHaveLength(4);
  });

  it('is not done where it cannot help', async () => {
    for (const error of [new StoreError('no', { code: 'denied', operation: 'x' }), new TypeError('defect')]) {
      const { atMs, run } = attempts(error);
      await expect(run()).rejects.toBe(error);
      expect(atMs).toHaveLength(1);
    }
  });

  it('ends at once when the signal aborts, between attempts and in them', async () => {
    const stop = new AbortController();
    const { atMs, run } = attempts(down(60_000));
    const ended = run(stop.signal).catch((error: unknown) => error);
    await settled();
    stop.abort(new Error('stopped'));
    expect(await ended).toEqual(new Error('stopped'));
    expect(atMs).toHaveLength(1);
    const again = attempts(down());
    await expect(again.run(stop.signal)).rejects.toThrow('HTTP 503');
    expect(again.atMs).toHaveLength(1);
  });
});
