/** What a seed stands for: the task, the machines, how slow everything is, and what the user does meanwhile. */
import type { SpreadSettings } from '../../lib/app/copy-context.ts';
import type { FailedListLimits } from '../../lib/app/reporter-ports.ts';
import { SPREAD } from '../../lib/core/parts.ts';
import { parseTask, type Task } from '../../lib/core/task.ts';
import type { Forking } from '../../lib/core/forking.ts';
import type { Control } from '../../lib/core/control.ts';
import { EPOCH_MS } from './virtual-clock.ts';
import { SimDice } from './dice.ts';

const STATE_PREFIX = '.oss2cos/';

export interface Scenario {
  readonly seed: number;
  readonly calm: boolean;
  readonly task: Task;
  readonly objects: number;
  readonly hasLarge: boolean;
  /** In some seeds small enough that small objects are spread, in parts of a few bytes. */
  readonly spread: SpreadSettings;
  /** Contents above this are streams. */
  readonly bufferedBytesMax: number;
  readonly latencyMsMax: number;
  readonly timeLimitMs: number;
  readonly pageKeysMax: number;
  readonly segmentEntriesMax: number;
  readonly lanes: number;
  /** Small enough for several parts and steps. */
  readonly failedList: FailedListLimits;
  readonly planners: number;
  readonly reporters: number;
  /** Copy processes, and invocations under way in each; above one it is a worker without a time limit. */
  readonly copiers: number;
  readonly inFlight: number;
  readonly tickEveryMs: number;
  readonly healAtMs: number;
  /** Source objects changed or deleted, target objects added by others. */
  readonly meddlings: number;
  /** Small enough that small tasks are split. */
  readonly forking: Forking;
  readonly controls: readonly { readonly afterMs: number; readonly state: Control['state'] }[];
}

export interface ScenarioWish {
  readonly calm?: boolean;
  readonly conflict?: Task['conflict'];
  readonly spreads?: boolean;
}

export function scenarioOf(seed: number, wish: ScenarioWish = {}): Scenario {
  const dice = new SimDice(seed, 'scenario');
  const calm = wish.calm ?? dice.chance(0.08);
  const hasLarge = dice.chance(0.01);
  const inFlight = dice.pick([1, 1, 1, 2, 3]);
  const latencyMsMax = hasLarge ? 50 : dice.pick([5, 50, 50, 400, calm ? 50 : 1_500]);
  return {
    seed,
    calm,
    task: taskOf(dice, hasLarge, wish),
    objects: dice.pick([0, 1, 3, 8, 20, 20, 40, 60]),
    hasLarge,
    spread: spreadOf(new SimDice(seed, 'spread'), wish),
    bufferedBytesMax: dice.pick([1024 * 1024, 60]),
    latencyMsMax,
    timeLimitMs: dice.pick([300_000, 300_000, 120_000, 90_000]),
    pageKeysMax: dice.pick([1_000, 10, 5, 3]),
    segmentEntriesMax: dice.pick([1_000, 12, 6, 3]),
    lanes: dice.pick([1, 2, 5, 8]),
    planners: dice.between(1, 2),
    reporters: dice.between(1, 2),
    copiers: dice.between(1, 4),
    inFlight,
    tickEveryMs: dice.pick([5_000, 20_000, 60_000]),
    healAtMs: dice.between(10_000, dice.pick([60_000, 600_000, 1_800_000])),
    meddlings: calm || dice.chance(0.5) ? 0 : dice.between(1, 6),
    controls: calm || dice.chance(0.7) ? [] : controlsOf(dice),
    failedList: failedListOf(dice),
    forking: {
      parallelism: dice.pick([1, 3, 8, 64]),
      afterKeys: dice.pick([50_000, 12, 4, 1]),
      partKeysMin: dice.pick([1, 1, 4]),
      lookEveryKeys: dice.pick([1, 3, 9]),
    },
  };
}

/** Objects of 300 bytes, or of 100 as well, in up to six parts, one or more to a message. */
function spreadOf(dice: SimDice, { spreads = dice.chance(0.15) }: ScenarioWish): SpreadSettings {
  if (!spreads) return SPREAD;
  const partBytes = dice.pick([50, 100, 150]);
  return { aboveBytes: dice.pick([250, 90]), partBytes, rangeBytes: partBytes * dice.between(1, 4) };
}

function failedListOf(dice: SimDice): FailedListLimits {
  const partBytes = dice.pick([1, 300, 2_000, 1_000_000]);
  return {
    segmentsMax: dice.pick([1, 1, 20]),
    partBytes,
    partBytesMin: Math.ceil(partBytes / dice.between(1, 3)),
  };
}

function controlsOf(dice: SimDice): Scenario['controls'] {
  const soonMs = dice.pick([300, 3_000, 60_000]);
  return Array.from({ length: dice.between(1, 4) }, () => ({
    afterMs: dice.between(0, soonMs),
    state: dice.pick(['paused', 'running', 'paused', 'running', 'cancelled'] as const),
  }));
}

function taskOf(dice: SimDice, hasLarge: boolean, wish: ScenarioWish): Task {
  const prefix = dice.pick(['', '', 'in/', 'in']);
  const conflict =
    wish.conflict ?? dice.pick(['overwrite', 'overwrite', 'skip', 'newer', 'changed'] as const);
  return parseTask({
    taskId: 'sim',
    source: { bucket: 'photos', region: 'oss-cn-hangzhou', prefix },
    target: {
      bucket: 'photos-1250000000',
      region: 'ap-guangzhou',
      prefix: dice.pick(['', '', 'archive/', 'a//b/']),
      stripPrefix: prefix !== '' && dice.chance(0.5),
      storageClass: dice.pick(['keep', 'keep', 'STANDARD_IA']),
    },
    conflict,
    filter: dice.chance(0.3) ? filterOf(dice) : {},
    headers: { provenance: dice.chance(0.2), onIllegal: dice.pick(['fail', 'rename', 'drop']) },
    limits: !hasLarge && dice.chance(0.1) ? { requestsPerSecond: 20, bytesPerSecond: 2_000 } : {},
    state: { prefix: STATE_PREFIX },
  });
}

function filterOf(dice: SimDice): object {
  return dice.pick([
    { include: ['**/*1*', '*a*'] },
    { exclude: ['**/*2*', '..', '*e*'] },
    { minBytes: 10, maxBytes: 150 },
    { modifiedAfter: new Date(EPOCH_MS - 4 * 86_400_000).toISOString() },
  ]);
}
