import { describe, expect, it } from 'vitest';
import { StoreError, type StoreErrorCode } from '../../lib/core/errors.ts';
import { Throttle } from '../../lib/runtime/throttle.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { CALM } from '../support/workshop.ts';

const LATENCY_MS = 40;
const refusal = (code: StoreErrorCode, retryAfterMs?: number) =>
  new StoreError('HTTP 503', { code, operation: 'GetObject', retryAfterMs });

/** A store that answers so many requests in each tenth of a second, and refuses the others; `lanes` ask it all the time. */
class Store {
  readonly clock = new FakeClock(0);
  /** When, and whether it was answered. */
  readonly requests: { readonly atMs: number; readonly isAnswered: boolean }[] = [];
  readonly throttle = new Throttle({ clock: this.clock, dice: seededDice(7) });
  perSecond = Infinity;
  retryAfterMs: number | undefined;
  code: StoreErrorCode = 'throttled';
  #tenth = 0;
  #answered = 0;

  start(lanes: number): void {
    for (let lane = 0; lane < lanes; lane++) void this.#ask();
  }

  async #ask(): Promise<void> {
    for (;;) await this.throttle.pass(CALM, () => this.#answer()).catch(() => undefined);
  }

  async #answer(): Promise<void> {
    const atMs = this.clock.now();
    const tenth = Math.floor(atMs / 100);
    if (tenth > this.#tenth) [this.#tenth, this.#answered] = [tenth, 0];
    const isAnswered = this.#answered < this.perSecond / 10;
    if (isAnswered) this.#answered++;
    this.requests.push({ atMs, isAnswered });
    await this.clock.sleep(LATENCY_MS);
    if (!isAnswered) throw refusal(this.code, this.retryAfterMs);
  }

  /** In `[fromMs, toMs)`. */
  seen(fromMs: number, toMs: number) {
    const within = this.requests.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const answered = within.filter(({ isAnswered }) => isAnswered).length;
    return { all: within.length, answered, refused: within.length - answered };
  }
}

const FREE_PER_SECOND = (20 * 1_000) / LATENCY_MS;

describe('a store that does not throttle', () => {
  it('is asked without any wait, whatever else it answers', async () => {
    const store = new Store();
    store.perSecond = 0;
    store.code = 'unavailable';
    store.start(20);
    await store.clock.advance(2_000);
    expect(store.seen(0, 2_000).all).toBe(2 * FREE_PER_SECOND);
  });
});

describe('a store that answers a fifth of what is asked', () => {
  it('is soon refusing few, and is used to more than four fifths', async () => {
    const store = new Store();
    store.start(20);
    await store.clock.advance(1_000);
    store.perSecond = FREE_PER_SECOND / 5;
    await store.clock.advance(29_000);
    expect(store.seen(4_000, 30_000).answered).toBeGreaterThan(0.8 * 26 * store.perSecond);
    const { all, refused } = store.seen(4_000, 30_000);
    expect(refused).toBeLessThan(0.15 * all);
  });
});

describe('a store that answers nothing for five seconds', () => {
  it('is asked less and less, and is back at full speed within twelve', async () => {
    const store = new Store();
    store.start(20);
    await store.clock.advance(1_000);
    store.perSecond = 0;
    await store.clock.advance(5_000);
    expect(store.seen(5_000, 6_000).all).toBeLessThan(FREE_PER_SECOND / 10);
    store.perSecond = Infinity;
    await store.clock.advance(14_000);
    expect(store.seen(18_000, 19_000).all).toBeGreaterThan(0.9 * FREE_PER_SECOND);
    expect(store.seen(19_000, 20_000).all).toBe(FREE_PER_SECOND);
  });

  it('is left alone for as long as it asks, and then not asked by all at once', async () => {
    const store = new Store();
    store.start(20);
    await store.clock.advance(1_000);
    [store.perSecond, store.retryAfterMs] = [0, 2_000];
    await store.clock.advance(LATENCY_MS * 2);
    const from = store.clock.now();
    store.perSecond = Infinity;
    await store.clock.advance(5_000);
    expect(store.seen(from, 3_000).all).toBe(0);
    const firstAt = store.requests.find(({ atMs }) => atMs > from)?.atMs ?? 0;
    expect(firstAt).toBeLessThanOrEqual(1_080 + 2_500);
    expect(store.seen(firstAt, firstAt + 10).all).toBeLessThan(20);
    expect(store.seen(firstAt, firstAt + 100).all).toBeLessThanOrEqual(0.2 * FREE_PER_SECOND);
  });
});

it('a request that waits for a store goes with the reason when its signal aborts', async () => {
  const { clock, throttle } = new Store();
  const fails = () => Promise.reject(refusal('throttled', 5_000));
  await throttle.pass(CALM, fails).catch(() => undefined);
  const stop = new AbortController();
  const waiting = throttle.pass(stop.signal, fails).catch((error: unknown) => error);
  await settled();
  stop.abort(new Error('stopped'));
  expect([await waiting, clock.now()]).toEqual([new Error('stopped'), 0]);
});
