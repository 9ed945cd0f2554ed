/**
 * A limit over a fleet of processes, by seeds: any ten seconds use at most 5 % more than it allows, and at least 85 %
 * while there is work. It settles within 40 s after processes join, leave, or are taken for dead.
 */
import { expect, it } from 'vitest';
import { KiB } from '../../../lib/core/bytes.ts';
import { SimDice } from '../dice.ts';
import { EPOCH_MS } from '../virtual-clock.ts';
import { Fleet } from './fleet.ts';
import type { Load } from './member.ts';
import type { Meter } from './usage.ts';

const LIMITS = { requestsPerSecond: 100, bytesPerSecond: 4_096 * KiB };
const MANY_BYTES: Load = { lanes: 6, bytes: 64 * KiB, latencyMs: 50 };
const MANY_REQUESTS: Load = { lanes: 10, bytes: KiB, latencyMs: 50 };
const LITTLE: Load = { lanes: 1, bytes: 4 * KiB, latencyMs: 400 };
const NOTHING: Load = { lanes: 0, bytes: 0, latencyMs: 0 };

/** Since the beginning. */
const JOIN_MS = 55_000;
const DISTURB_MS = 105_000;
const LIMIT_MS = 190_000;
const END_MS = 215_000;
const SETTLE_MS = 40_000;
/** The control object is read every five seconds, and followed within one. */
const LIMIT_NOTICED_MS = 8_000;

const ALLOWED = 1.05;
const WANTED = 0.85;

/** `FLEET_SEEDS=101-140` runs others. */
const [FIRST = 1, LAST = 4] = (process.env.FLEET_SEEDS ?? '1-4').split('-').map(Number);
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, at) => FIRST + at);

/** A seed decides the loads, whether a process is killed or stopped, and whether limits are raised or lowered. */
function sceneOf(seed: number) {
  const dice = new SimDice(seed, 'scene');
  const busy = dice.pick([MANY_BYTES, MANY_REQUESTS]);
  const others = [busy, LITTLE, NOTHING, dice.pick([MANY_BYTES, MANY_REQUESTS])];
  const loads = Array.from({ length: dice.between(4, 9) }, () => dice.pick(others));
  loads[0] = loads[1] = busy;
  return { loads, isKilled: dice.chance(0.5), factor: dice.pick([0.5, 2]), faults: dice.pick([0, 0.03]) };
}

function extremes(meters: readonly [Meter, number][], fromMs: number, toMs: number) {
  const all = meters.map(([meter, perSecond]) =>
    meter.windows(EPOCH_MS + fromMs, EPOCH_MS + toMs, perSecond).map(({ used }) => used),
  );
  const most = Math.max(...all.flat());
  const fuller = (all[0] ?? []).map((used, at) => Math.max(used, all[1]?.[at] ?? 0));
  return { most, least: Math.min(...fuller) };
}

it.each(SEEDS)('is kept and used, whatever seed %i makes of it', async (seed) => {
  const { loads, isKilled, factor, faults } = sceneOf(seed);
  const loadOf = (partition: number) => loads[partition] ?? NOTHING;
  const fleet = await Fleet.open({ seed, partitions: loads.length, limits: LIMITS, faults, loadOf });
  const deeds: readonly [number, () => Promise<void>][] = [
    [0, () => fleet.join(3)],
    [JOIN_MS, () => fleet.join(1)],
    [DISTURB_MS, () => (isKilled ? fleet.kill() : fleet.leave())],
    [
      LIMIT_MS,
      () =>
        fleet.limit({
          requestsPerSecond: LIMITS.requestsPerSecond * factor,
          bytesPerSecond: LIMITS.bytesPerSecond * factor,
        }),
    ],
  ];
  for (const [atMs, deed] of deeds) fleet.clock.schedule(atMs, () => void deed());
  await fleet.run(END_MS);
  const meters = (times: number): [Meter, number][] => [
    [fleet.requests, LIMITS.requestsPerSecond * times],
    [fleet.bytes, LIMITS.bytesPerSecond * times],
  ];
  expect(extremes(meters(1), 0, LIMIT_MS).most).toBeLessThanOrEqual(ALLOWED);
  const after = extremes(meters(factor), LIMIT_MS + LIMIT_NOTICED_MS, END_MS);
  expect(after.most).toBeLessThanOrEqual(ALLOWED);
  const lateMs = isKilled ? 35_000 : 0;
  const calm = [
    extremes(meters(1), SETTLE_MS, JOIN_MS),
    extremes(meters(1), JOIN_MS + SETTLE_MS, DISTURB_MS),
    extremes(meters(1), DISTURB_MS + lateMs + SETTLE_MS, LIMIT_MS),
    after,
  ];
  expect(Math.min(...calm.map(({ least }) => least))).toBeGreaterThanOrEqual(WANTED);
});
