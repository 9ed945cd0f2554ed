/** How a task's limits are split between planning and copying. In one process they are not. */
import type { Held, Part } from '../app/share-watch.ts';
import { SHARING } from '../core/shares.ts';

/** A planner's: listings ask for requests alone, and each partition of `ranges` has as many. */
export function planningPart({ partitions, all }: Held): Part {
  return { requests: (SHARING.planning * partitions.length) / Math.max(1, all), bytes: 1 };
}

export function copyingPart({ requests, bytes }: Part): Part {
  return { requests: requests * (1 - SHARING.planning), bytes };
}

/** A function works on one event at a time, which tells what partition it comes from. */
export class HeldByInvocation {
  private readonly all: number;
  private partitions: readonly number[] = NOT_TOLD;

  constructor(all: number) {
    this.all = all;
  }

  get now(): Held {
    return { partitions: this.partitions, all: this.all };
  }

  take(partitions: readonly number[]): void {
    this.partitions = partitions.length === 0 ? NOT_TOLD : partitions;
  }
}

/** One that nobody shares out: it has the floor. */
const NOT_TOLD: readonly number[] = [-1];
