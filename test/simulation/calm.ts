/** Runs without a fault, and what they asked of whom: every request by its kind, beside what it should follow from. */
import { expect } from 'vitest';
import { cosKeyProblem } from '../../lib/core/keys.ts';
import { type Forking, FORKING } from '../../lib/core/forking.ts';
import type { Range } from '../../lib/ports/table.ts';
import { type FrozenTask, readFrozen } from './frozen.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { Simulation } from './simulation.ts';

export interface Calm {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  readonly frozen: FrozenTask;
  readonly ranges: readonly Range[];
  /** By kind: `source.read`, `state.put results`, `table.advance`, `queue.send ranges`. */
  readonly requests: ReadonlyMap<string, number>;
  readonly asked: (kind: string) => number;
}

export interface CalmWish {
  readonly doubles?: boolean;
  readonly forking?: Forking;
  readonly spreads?: boolean;
}

/** A whole `overwrite` task of small objects; too small to be split, unless other `forking` is asked for. */
export async function calmRun(
  seed: number,
  { doubles = false, forking = FORKING, spreads = false }: CalmWish = {},
): Promise<Calm> {
  const drawn = scenarioOf(seed, { calm: true, conflict: 'overwrite', spreads });
  const failedList = { segmentsMax: 1_000, partBytes: 1_000_000, partBytesMin: 1_000_000 };
  const scenario = { ...drawn, hasLarge: false, forking, failedList, tickEveryMs: 20_000 };
  const simulation = await Simulation.open(scenario, { doubles });
  await simulation.run();
  expect(simulation.findings).toEqual([]);
  const { machines } = simulation;
  const requests = new Map<string, number>();
  for (const [name, count] of machines.requests) {
    const kind = kindOf(name, `${scenario.task.state.prefix}${scenario.task.taskId}/`);
    requests.set(kind, (requests.get(kind) ?? 0) + count);
  }
  return {
    scenario,
    simulation,
    frozen: await readFrozen(machines, scenario.task),
    ranges: await machines.table.ranges(scenario.task.taskId, undefined, 1_000),
    requests,
    asked: (kind) => requests.get(kind) ?? 0,
  };
}

/** State objects by the first word of their name: `state.put .oss2cos/sim/results/…` is `state.put results`. */
function kindOf(name: string, prefix: string): string {
  const [operation = '', about = ''] = name.split(` ${prefix}`);
  return about === '' ? name : `${operation} ${/^[a-z.]+/.exec(about)?.[0] ?? ''}`;
}

/** The entries that are asked for at all: their key fits the target. */
export function readableKeys({ scenario, simulation, frozen }: Calm): string[] {
  const { buckets } = simulation.machines;
  const keys = frozen.segments.flatMap(({ entries }) => entries.map(({ entry }) => entry.key));
  return keys.filter((key) => {
    const target = buckets.targetKeyOf(key);
    return cosKeyProblem(target) === undefined && !target.startsWith(scenario.task.state.prefix);
  });
}
