import { expect, it } from 'vitest';
import { soak } from '../../scripts/soak/soak.ts';

const STORM_MS = 20_000;

it('ends with every byte and header after faults of every kind, deaths, and a source that moves', async () => {
  const { problems, faults, kills, changes, removals } = await soak({ stormMs: STORM_MS, seed: 7 });
  expect(problems).toEqual([]);
  expect(kills).toBeGreaterThan(1);
  expect(Math.min(changes, removals)).toBeGreaterThan(0);
  expect(Object.values(faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
}, 180_000);
