/** In calm weather every byte moves once, every page is asked for once, and a message that comes twice costs next to nothing. */
import { FORKING } from '../../lib/app/split-range.ts';
import './in-step.ts';
import { expect, it } from 'vitest';
import { cosKeyProblem } from '../../lib/core/keys.ts';
import { readFrozen } from './frozen.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { Simulation } from './simulation.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

interface Calm {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  requests(operation: string): number;
  readonly segments: number;
  readonly slices: number;
  readonly copied: number;
}

/** A whole `overwrite` task of small objects, without a fault, and too small to be split. */
async function calmRun(seed: number, doubles: boolean): Promise<Calm> {
  const wish = { calm: true, conflict: 'overwrite' } as const;
  const scenario = { ...scenarioOf(seed, wish), hasLarge: false, forking: FORKING };
  const simulation = await Simulation.open(scenario, { doubles });
  await simulation.run();
  expect(simulation.findings).toEqual([]);
  const { machines } = simulation;
  const frozen = await readFrozen(machines, scenario.task);
  const requests = (wanted: string) =>
    [...machines.requests].reduce((sum, [name, count]) => (name.startsWith(wanted) ? sum + count : sum), 0);
  return {
    scenario,
    simulation,
    requests,
    segments: frozen.segments.length,
    slices: frozen.segments.reduce((sum, { slices }) => sum + slices.length, 0),
    copied: frozen.report?.objects.copied ?? -1,
  };
}

/** Entries that can be asked for at all: their key fits the target. */
async function readable({ scenario, simulation }: Calm): Promise<number> {
  const { buckets } = simulation.machines;
  const frozen = await readFrozen(simulation.machines, scenario.task);
  return frozen.segments
    .flatMap(({ entries }) => entries.map(({ entry }) => buckets.targetKeyOf(entry.key)))
    .filter((key) => cosKeyProblem(key) === undefined && !key.startsWith(scenario.task.state.prefix)).length;
}

async function expectsEachByteOnce(calm: Calm): Promise<void> {
  expect(calm.requests('source.read')).toBe(await readable(calm));
  expect(calm.requests('sink.write')).toBe(calm.copied);
  expect(calm.requests('sink.head')).toBe(0);
  expect(calm.requests('sink.list')).toBe(0);
  expect(calm.requests('state.put .oss2cos/sim/results/')).toBe(calm.slices);
}

it.each([false, true])('reads and writes each object once, messages doubled: %s', async (doubles) => {
  for (const seed of SEEDS) await expectsEachByteOnce(await calmRun(seed, doubles));
});

it('lists each page once, and writes one manifest a segment', async () => {
  for (const seed of SEEDS) {
    const calm = await calmRun(seed, false);
    const { scenario, simulation, segments } = calm;
    const { source } = simulation.machines.buckets;
    const keys = source.keys().filter((key) => key.startsWith(scenario.task.source.prefix)).length;
    const preflight = 1;
    const pages = Math.max(1, Math.ceil(keys / scenario.pageKeysMax));
    expect(calm.requests('source.list')).toBe(preflight + pages);
    expect(calm.requests('state.put .oss2cos/sim/segments/')).toBe(segments);
    expect(calm.requests('source.head')).toBeLessThanOrEqual(preflight);
  }
});

it('answers a doubled message with one look at the control object and one listing of the results', async () => {
  for (const seed of SEEDS) {
    const [once, twice] = [await calmRun(seed, false), await calmRun(seed, true)];
    const more = (operation: string) => twice.requests(operation) - once.requests(operation);
    // One listing by the copy function, and one by each delivery of the result it then rings with.
    expect(more('state.list .oss2cos/sim/results/')).toBeLessThanOrEqual(3 * twice.segments);
    expect(more('state.get .oss2cos/sim/segments/')).toBeLessThanOrEqual(0);
    expect(more('source.list')).toBe(0);
    expect(twice.copied).toBe(once.copied);
  }
});
