import fc from 'fast-check';
import { expect, it } from 'vitest';
import { holdOf, isOutgrown, paceAfter, paceAt } from '../../lib/core/pace.ts';

const refusedAt = (nowMs: number, usedPerSecond: number, startedAtMs = nowMs) => ({
  nowMs,
  startedAtMs,
  usedPerSecond,
  holdMs: 0,
});
const first = paceAfter(undefined, refusedAt(0, 800));

it('a first refusal halves what was asked, which is back after three seconds, and four times as much after eight', () => {
  expect([0, 3_000, 6_000, 7_000].map((ms) => paceAt(first, ms))).toEqual([400, 800, 1_200, 2_400]);
});

it('a pace is cut once a second, and by answers to what went out since the last cut alone', () => {
  expect(paceAfter(first, refusedAt(999, 400))).toBe(first);
  expect(paceAfter(first, refusedAt(1_000, 400, -1))).toBe(first);
  expect(paceAfter(first, refusedAt(1_000, 600))).toEqual({ tooManyPerSecond: 400, cutAtMs: 1_000 });
  expect(paceAfter(first, refusedAt(1_000, 100))).toEqual({ tooManyPerSecond: 100, cutAtMs: 1_000 });
});

it('a refusal after it had grown cuts what it had grown to', () => {
  expect(paceAfter(first, refusedAt(6_000, 1_300))).toEqual({ tooManyPerSecond: 1_200, cutAtMs: 6_000 });
});

it('a pause that the store asked for begins the pace, and what went out before it ends says nothing', () => {
  const held = paceAfter(undefined, { ...refusedAt(0, 800), holdMs: 5_000 });
  expect([paceAt(held, 4_000), paceAt(held, 8_000)]).toEqual([400, 800]);
  expect(paceAfter(held, refusedAt(7_000, 800, 4_999))).toBe(held);
});

it('a store that refuses everything is asked once a second', () => {
  let pace = first;
  for (let second = 1; second <= 20; second++)
    pace = paceAfter(pace, refusedAt(second * 1_000, paceAt(pace, second * 1_000)));
  expect(paceAt(pace, 20_000)).toBe(1);
});

it('a pace never falls between cuts, whichever way the clock goes, and stays a number', () => {
  const ms = fc.integer({ min: -1e6, max: 1e9 });
  fc.assert(
    fc.property(ms, ms, (a, b) => {
      const [before, after] = [Math.min(a, b), Math.max(a, b)];
      expect(paceAt(first, before)).toBeLessThanOrEqual(paceAt(first, after));
      expect(paceAt(first, after)).toBeLessThanOrEqual(1e6);
      expect(paceAt(first, before)).toBeGreaterThanOrEqual(400);
    }),
  );
});

it('a pace is forgotten when it allows four times what is asked, and not before it was back', () => {
  expect(isOutgrown(first, 6_000, 1)).toBe(false);
  expect(isOutgrown(first, 7_000, 601)).toBe(false);
  expect(isOutgrown(first, 7_000, 599)).toBe(true);
});

it('what the store asks for is waited, up to a quarter longer, and half a minute at most', () => {
  expect([holdOf(1_000, 0), holdOf(1_000, 0.999)]).toEqual([1_000, 1_249.75]);
  expect(holdOf(3_600_000, 0)).toBe(30_000);
});
