import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../lib/runtime/limiter.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { CALM } from '../support/workshop.ts';

interface Grant {
  readonly atMs: number;
  readonly units: number;
}

const WINDOW_MS = 10_000;

/** Workers that ask, wait, pause and ask again, for `forMs`; what they were granted, in order. */
async function grantsOf(
  perSecond: number,
  forMs: number,
  workers: readonly (readonly number[])[],
): Promise<Grant[]> {
  const clock = new FakeClock(0);
  const limiter = new RateLimiter(clock, perSecond);
  const grants: Grant[] = [];
  for (const pausesMs of workers) {
    void (async () => {
      for (let turn = 0; clock.now() < forMs; turn++) {
        const units = 1 + (turn % 3);
        await limiter.take(units, CALM);
        grants.push({ atMs: clock.now(), units });
        const pauseMs = pausesMs[turn % pausesMs.length] ?? 0;
        if (pauseMs > 0) await clock.sleep(pauseMs);
      }
    })();
  }
  await clock.advance(forMs + 1_000);
  return grants;
}

/** The most units granted in any ten seconds. */
function busiest(grants: readonly Grant[]): number {
  let most = 0;
  let sum = 0;
  let from = 0;
  for (const { atMs, units } of grants) {
    sum += units;
    for (
      let first = grants[from];
      first !== undefined && first.atMs <= atMs - WINDOW_MS;
      first = grants[++from]
    )
      sum -= first.units;
    most = Math.max(most, sum);
  }
  return most;
}

const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })), {
  minLength: 1,
  maxLength: 4,
});

describe('a limit', () => {
  it('is kept within 5 % in any ten seconds, whoever asks when', async () => {
    const asked = fc.array(pauses, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 60 }), asked, async (perSecond, workers) => {
        const grants = await grantsOf(perSecond, 15_000, workers);
        expect(busiest(grants)).toBeLessThanOrEqual(perSecond * 10 * 1.05 + 3);
      }),
      { numRuns: 8 },
    );
  });

  it('is used to 85 % at least where enough is asked', async () => {
    const grants = await grantsOf(50, 15_000, [[0], [0, 100], [20]]);
    const granted = grants.filter(({ atMs }) => atMs < WINDOW_MS).reduce((sum, { units }) => sum + units, 0);
    expect(granted).toBeGreaterThanOrEqual(50 * 10 * 0.85);
  });

  it('that is none lets everything go at once', async () => {
    const clock = new FakeClock(0);
    const limiter = new RateLimiter(clock, undefined);
    await limiter.take(1e12, CALM);
    expect([limiter.unlimited, clock.now()]).toEqual([true, 0]);
  });

  it('that changes holds from the next request on', async () => {
    const clock = new FakeClock(0);
    const limiter = new RateLimiter(clock, 1);
    limiter.perSecond = 1_000;
    let isTaken = false;
    void limiter.take(100, CALM).then(() => (isTaken = true));
    await clock.advance(99);
    expect(isTaken).toBe(false);
    await clock.advance(1);
    expect(isTaken).toBe(true);
  });

  it('lets a waiting request go with the reason when its signal aborts', async () => {
    const stop = new AbortController();
    const limiter = new RateLimiter(new FakeClock(0), 1);
    const taken = limiter.take(60, stop.signal).catch((error: unknown) => error);
    await settled();
    stop.abort(new Error('stopped'));
    expect(await taken).toEqual(new Error('stopped'));
  });
});

describe('a limit that is changed while requests wait', () => {
  it('holds for them too: raised, they go at the new rate; lifted, at once', async () => {
    for (const [perSecond, withinMs] of [
      [1_000, 2_100],
      [undefined, 1_000],
    ] as const) {
      const clock = new FakeClock(0);
      const limiter = new RateLimiter(clock, 1);
      let taken = 0;
      for (let i = 0; i < 10; i++) void limiter.take(100, CALM).then(() => taken++);
      await clock.advance(500);
      expect(taken).toBe(0);
      limiter.perSecond = perSecond;
      await clock.advance(withinMs);
      expect(taken).toBe(10);
    }
  });
});

describe('what was used of a limit', () => {
  it('is all while somebody waits, the part that was asked for otherwise, and nothing where there is none', async () => {
    const clock = new FakeClock(0);
    const limiter = new RateLimiter(clock, 10);
    for (let i = 0; i < 30; i++) void limiter.take(1, CALM);
    await clock.advance(2_000);
    expect(limiter.used()).toBe(1);
    await clock.advance(2_000);
    expect(limiter.used()).toBeCloseTo(0.5, 1);
    await clock.advance(2_000);
    expect(limiter.used()).toBe(0);
    for (let second = 0; second < 10; second++) {
      const taken = limiter.take(3, CALM);
      await clock.advance(1_000);
      await taken;
    }
    expect(limiter.used()).toBeCloseTo(0.3, 1);
    limiter.perSecond = undefined;
    expect(limiter.used()).toBeUndefined();
    limiter.perSecond = 10;
    await clock.advance(1_000);
    expect(limiter.used()).toBeLessThan(0.11);
  });

  it('counts one large piece that is waited for as used all the time', async () => {
    const clock = new FakeClock(0);
    const limiter = new RateLimiter(clock, 10);
    void limiter.take(1_000, CALM);
    await clock.advance(5_000);
    expect(limiter.used()).toBe(1);
  });
});
