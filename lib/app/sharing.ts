/** A copying process' part of the limits of its tasks, and what it states of its use so that they can be divided by need. */
import type { Use } from '../core/share-object.ts';
import { type Claim, SHARING } from '../core/shares.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import { type Held, type Part, ShareWatch } from './share-watch.ts';
import type { TaskState } from './task-state.ts';

export type { Held, Part } from './share-watch.ts';

/** How much of what a process was let use it did use, 0 to 1; undefined where there is no limit. */
export interface Usage {
  readonly requests: number | undefined;
  readonly bytes: number | undefined;
}

export interface SharingOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  /** What this process has now. */
  held(): Held;
  /** Since this was last asked. */
  usage(taskId: string): Usage;
}

const STATE = {
  /** Whoever begins soon tells whether it is held back. */
  firstMs: 2_000,
  everyMs: 5_000,
  /** Less tells nothing. */
  msMin: 1_000,
} as const;

/** A process that serves more tasks than this forgets the ones before: they fall to the floor until it reads again. */
const TASKS_MAX = 100;
const PARTS_OF_ONE = 1e6;

interface Account {
  readonly watch: ShareWatch;
  /** Of the last statement. */
  before: Pick<Use, 'requests' | 'bytes'>;
  held: Held;
  sinceMs: number;
  dueMs: number;
  lookedAtMs: number;
}

export class Sharing {
  private readonly options: SharingOptions;
  private readonly accounts = new Map<string, Account>();

  constructor(options: SharingOptions) {
    this.options = options;
  }

  /** Of a task's limits, now. */
  partOf(taskId: string): Part {
    return this.account(taskId).watch.partOf(this.options.held());
  }

  /** Learns what others publish, when it is time to. */
  async read(taskId: string, state: TaskState, signal: AbortSignal): Promise<void> {
    await this.account(taskId).watch.read(state, signal);
  }

  /** What there is to state, at intervals, and where `ends`: the work under way is ending. */
  use(taskId: string, ends: boolean): Use | undefined {
    const account = this.account(taskId);
    const nowMs = this.options.clock.now();
    if (!this.goesOn(account, nowMs)) {
      this.options.usage(taskId); // forgotten
      const fresh = { held: this.options.held(), before: {} };
      Object.assign(account, fresh, { sinceMs: nowMs, dueMs: nowMs + STATE.firstMs });
    }
    account.lookedAtMs = nowMs;
    if (nowMs < account.dueMs && !(ends && nowMs - account.sinceMs >= STATE.msMin)) return undefined;
    account.sinceMs = nowMs;
    account.dueMs = nowMs + STATE.everyMs;
    return account.watch.isCurrent ? this.statement(taskId, account) : undefined;
  }

  /** The same partitions, without a pause. */
  private goesOn({ held, lookedAtMs }: Account, nowMs: number): boolean {
    const now = this.options.held();
    const isSame =
      held.partitions.length === now.partitions.length &&
      held.partitions.every((one, at) => one === now.partitions[at]);
    return isSame && nowMs >= lookedAtMs && nowMs - lookedAtMs < STATE.everyMs;
  }

  private statement(taskId: string, account: Account): Use | undefined {
    const { partitions, all } = account.held;
    const { before } = account;
    const usage = this.options.usage(taskId);
    const part = this.partOf(taskId);
    const now = {
      requests: claimOf(usage.requests, part.requests),
      bytes: claimOf(usage.bytes, part.bytes),
    };
    account.before = definedIn(now);
    const requests = peakOf(now.requests, before.requests);
    const bytes = peakOf(now.bytes, before.bytes);
    const isTold = partitions.length > 0 && partitions.every((partition) => partition >= 0) && all > 0;
    if (!isTold || (requests ?? bytes) === undefined) return undefined;
    return {
      unique: this.options.dice.unique(),
      partitions: [...partitions],
      partitionsAll: all,
      ...definedIn({ requests, bytes }),
    };
  }

  private account(taskId: string): Account {
    const known = this.accounts.get(taskId);
    if (known !== undefined) return known;
    if (this.accounts.size >= TASKS_MAX) this.accounts.clear();
    const never = { sinceMs: -Infinity, dueMs: -Infinity, lookedAtMs: -Infinity };
    const watch = new ShareWatch(this.options);
    const account = { watch, before: {}, held: { partitions: [], all: 0 }, ...never };
    this.accounts.set(taskId, account);
    return account;
  }
}

/** Of two intervals, one after the other: the end of a segment and the beginning of the next are no change of load. */
function peakOf(now: Claim | undefined, before: Claim | undefined): Claim | undefined {
  if (now === undefined || before === undefined) return now;
  return { part: Math.max(now.part, before.part), isHeld: now.isHeld || before.isHeld };
}

function definedIn(claims: Record<'requests' | 'bytes', Claim | undefined>): Pick<Use, 'requests' | 'bytes'> {
  const { requests, bytes } = claims;
  return { ...(requests === undefined ? {} : { requests }), ...(bytes === undefined ? {} : { bytes }) };
}

function claimOf(used: number | undefined, share: number): Claim | undefined {
  if (used === undefined) return undefined;
  return { part: Math.round(used * share * PARTS_OF_ONE) / PARTS_OF_ONE, isHeld: used >= SHARING.heldFrom };
}
