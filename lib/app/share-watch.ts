/**
 * `share.json` as one process knows it. What was read is a lease: it holds for a while from when the read began, so
 * that the reporter knows when a share that it took away is used by nobody any more. Without a lease the floor holds.
 */
import type { ShareObject } from '../core/share-object.ts';
import { floorOf } from '../core/shares.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import { within } from './deadline.ts';
import { anySignal } from './signals.ts';
import type { TaskState } from './task-state.ts';

export const SHARE_TIMINGS = {
  /** What was read holds for so long. */
  leaseMs: 8_000,
  /** Read again after this, and by chance a third more: a read may fail before the lease ends. */
  readEveryMs: 2_000,
  readMsMax: 3_000,
  /** An older version than one that was seen is not believed for so long: a write that came late. */
  lateMsMax: 60_000,
} as const;

/** The partitions of `segments` that a process has, by their numbers, and how many there are in all. */
export interface Held {
  readonly partitions: readonly number[];
  readonly all: number;
}

/** Fractions of a task's limits. */
export interface Part {
  readonly requests: number;
  readonly bytes: number;
}

interface Lease {
  /** Undefined: there was none, so that each partition has an equal share. */
  readonly shares: ShareObject | undefined;
  readonly fromMs: number;
}

export class ShareWatch {
  private readonly context: { readonly clock: Clock; readonly dice: Dice };
  private lease: Lease | undefined;
  private nextReadMs = -Infinity;
  private isReading = false;

  constructor(context: { readonly clock: Clock; readonly dice: Dice }) {
    this.context = context;
  }

  /** Reads the object when it is time to. What cannot be read is as if it had not been asked for. */
  async read(state: TaskState, signal: AbortSignal): Promise<void> {
    const { clock, dice } = this.context;
    const fromMs = clock.now();
    const isSoon = fromMs < this.nextReadMs && fromMs > this.nextReadMs - 2 * SHARE_TIMINGS.readEveryMs;
    if (this.isReading || isSoon) return;
    this.nextReadMs = fromMs + SHARE_TIMINGS.readEveryMs * (1 + dice.random() / 3);
    this.isReading = true;
    try {
      const shares = await within(clock, SHARE_TIMINGS.readMsMax, (late) =>
        state.readShares(anySignal(signal, late)),
      );
      this.take({ shares, fromMs });
    } catch {
      signal.throwIfAborted();
    } finally {
      this.isReading = false;
    }
  }

  get isCurrent(): boolean {
    const ageMs = this.context.clock.now() - (this.lease?.fromMs ?? -Infinity);
    return ageMs >= 0 && ageMs < SHARE_TIMINGS.leaseMs;
  }

  /** What holds now. */
  partOf({ partitions, all }: Held): Part {
    const shares = this.lease?.shares;
    const floor = floorOf(Math.max(1, all, shares?.requests.length ?? 0));
    const shareOf = (of: readonly number[] | undefined, partition: number) => {
      if (!this.isCurrent) return floor;
      return of === undefined ? 1 / Math.max(1, all) : (of[partition] ?? floor);
    };
    const part = (of: readonly number[] | undefined) =>
      partitions.reduce((sum, partition) => sum + shareOf(of, partition), 0);
    return { requests: part(shares?.requests), bytes: part(shares?.bytes) };
  }

  private take(read: Lease): void {
    const seen = this.lease;
    const isOlder = versionOf(read) < versionOf(seen);
    const isLate = isOlder && read.fromMs - (seen?.fromMs ?? -Infinity) < SHARE_TIMINGS.lateMsMax;
    if (!isLate) this.lease = read;
  }
}

function versionOf(lease: Lease | undefined): number {
  return lease?.shares?.version ?? 0;
}
