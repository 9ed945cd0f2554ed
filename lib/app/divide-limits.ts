/**
 * Divides a task's limits anew by what the copiers state that they used, and publishes that as `share.json`. Any number
 * of reporters may try: a step of the noted division belongs to the one that makes it, and a share is raised only by
 * what nobody can be using any more. All times are those of one's own clock.
 */
import type { Use } from '../core/share-object.ts';
import {
  type Claims,
  distanceOf,
  equalShares,
  grownTo,
  highest,
  nextShares,
  type Shares,
  wantedOfBoth,
} from '../core/shares.ts';
import type { Division, PartitionUse } from '../ports/table.ts';
import { within } from './deadline.ts';
import type { ReporterPorts } from './reporter-ports.ts';
import { SHARE_TIMINGS } from './share-watch.ts';
import type { Sightings } from './sightings.ts';
import { anySignal } from './signals.ts';
import type { TaskState } from './task-state.ts';

const DIVIDE = {
  /** A lease, and the time that its holder may take to notice the end of it. */
  everyMs: SHARE_TIMINGS.leaseMs + 2_000,
  /** Written again after this, changed or not: it may have been removed, or overwritten by a write that came late. */
  refreshMs: 30_000,
  writeMsMax: 3_000,
  /** Looked at again, by one process. */
  lookMs: 1_000,
  /** The first time: who began together is to be heard first. */
  firstMs: 3_000,
  /** A partition that says nothing for so long, two statements, has no work. */
  silentMs: 12_000,
  /** Smaller changes are not worth a step; the refresh makes them. */
  distanceMin: 0.02,
} as const;

type Ports = Pick<ReporterPorts, 'table' | 'clock' | 'log'> & { readonly sightings: Sightings };

export async function noteUses(
  { table }: Pick<Ports, 'table'>,
  taskId: string,
  uses: readonly Use[],
): Promise<void> {
  const last = new Map(uses.flatMap(ofPartitions).map((use) => [use.partition, use]));
  await table.noteUses({ taskId, uses: [...last.values()] });
}

/** What a process used is taken for used by its partitions alike. */
function ofPartitions({ unique, partitions, partitionsAll, requests, bytes }: Use): PartitionUse[] {
  const each = (claim: Use['bytes']) => claim && { ...claim, part: claim.part / partitions.length };
  return partitions.map((partition) => ({
    ...{ partition, unique, partitionsAll, requests: each(requests), bytes: each(bytes) },
  }));
}

/** Troubles are logged: limits hold without it, and the next one tries again. */
export async function divideLimits(
  ports: Ports,
  taskId: string,
  state: TaskState,
  signal: AbortSignal,
): Promise<void> {
  const { clock, sightings, log } = ports;
  if (!sightings.isTime(`look ${taskId}`, DIVIDE.lookMs, clock.now())) return;
  try {
    await new Divider(ports, taskId, state).run(signal);
  } catch (error) {
    log.warn('limits not divided', {
      taskId,
      problem: error instanceof Error ? error.message : String(error),
    });
  }
}

class Divider {
  private readonly ports: Ports;
  private readonly taskId: string;
  private readonly state: TaskState;

  constructor(ports: Ports, taskId: string, state: TaskState) {
    this.ports = ports;
    this.taskId = taskId;
    this.state = state;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { table } = this.ports;
    const before = await table.division(this.taskId);
    const ageMs = this.ageMs(before.step);
    const uses = await table.uses(this.taskId);
    const claims = this.claims(uses);
    const mayStep = ageMs >= (before.step === 0 ? DIVIDE.firstMs : DIVIDE.everyMs);
    if (uses.length === 0 || !mayStep) return;
    const partitions = Math.max(
      ...uses.map(({ partition, partitionsAll }) => Math.max(partition + 1, partitionsAll)),
    );
    const bound = boundOf(before, partitions);
    const wanted = wantedOfBoth(claims, bound.bytes.length);
    const shares = bothOf((limit) => nextShares(bound[limit], wanted[limit], claims[limit]));
    const isDue = !before.isWritten || (before.step > 0 && ageMs >= DIVIDE.refreshMs);
    if (!isDue && !isWorthIt(before.step === 0 ? bound : before.shares, shares)) return;
    await this.publish({ step: before.step + 1, shares, bound, isWritten: false }, signal);
  }

  /** The step is taken before the write, so that nobody else writes meanwhile; noted as written after it, so that the others know when to go on. */
  private async publish(division: Division, signal: AbortSignal): Promise<void> {
    const { table, clock } = this.ports;
    const { taskId } = this;
    const { step, shares } = division;
    if (!(await table.moveDivision({ taskId, division }))) return;
    await within(clock, DIVIDE.writeMsMax, (late) =>
      this.state.writeShares({ version: step, ...shares }, anySignal(signal, late)),
    );
    const written = { ...division, step: step + 1, isWritten: true };
    if (await table.moveDivision({ taskId, division: written })) this.ageMs(written.step);
  }

  private ageMs(step: number): number {
    const { sightings, clock } = this.ports;
    return sightings.ageMs(`division ${this.taskId}`, String(step), clock.now());
  }

  private claims(uses: readonly PartitionUse[]): Record<keyof Shares, Claims> {
    const { sightings, clock } = this.ports;
    const heard = uses.filter(({ partition, unique }) => {
      const name = `use ${this.taskId}/${String(partition)}`;
      return sightings.ageMs(name, unique, clock.now()) < DIVIDE.silentMs;
    });
    const ofLimit = (limit: keyof Shares) =>
      new Map(heard.flatMap(({ partition, [limit]: claim }) => (claim ? [[partition, claim]] : [])));
    return { requests: ofLimit('requests'), bytes: ofLimit('bytes') };
  }
}

/** What may be in use now: what was written and has been read, or where that is not known, the most that was. */
function boundOf({ step, shares, bound, isWritten }: Division, partitions: number): Shares {
  return bothOf((limit) => {
    if (step === 0) return equalShares(partitions);
    return grownTo(partitions, isWritten ? shares[limit] : highest(bound[limit], shares[limit]));
  });
}

function isWorthIt(before: Shares, after: Shares): boolean {
  return (['requests', 'bytes'] as const).some((limit) => {
    const grown = before[limit].length !== after[limit].length;
    return grown || distanceOf(before[limit], after[limit]) >= DIVIDE.distanceMin;
  });
}

function bothOf(make: (limit: keyof Shares) => number[]): Shares {
  return { requests: make('requests'), bytes: make('bytes') };
}
