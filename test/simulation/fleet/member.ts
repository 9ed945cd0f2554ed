/** A process that copies: the app's own code around limiters of its own, over work that takes from them and moves nothing. */
import type { CopyPorts } from '../../../lib/app/copy-ports.ts';
import { OpenTasks } from '../../../lib/app/open-tasks.ts';
import { Sharing } from '../../../lib/app/sharing.ts';
import { anySignal } from '../../../lib/app/signals.ts';
import { underLimits } from '../../../lib/app/under-limits.ts';
import type { StateLocation } from '../../../lib/core/messages.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Queue } from '../../../lib/ports/queue.ts';
import type { StateStore } from '../../../lib/ports/state-store.ts';
import type { Stores } from '../../../lib/ports/stores.ts';
import { RateLimiter } from '../../../lib/runtime/limiter.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import type { SimDice } from '../dice.ts';

/** Of one partition: objects of so many bytes, so many at once, each at least so long. */
export interface Load {
  readonly lanes: number;
  readonly bytes: number;
  readonly latencyMs: number;
}

export interface MemberOptions {
  readonly clock: Clock;
  readonly dice: SimDice;
  readonly location: StateLocation;
  readonly state: StateStore;
  readonly queue: Queue;
  readonly partitionsAll: number;
  loadOf(partition: number): Load;
  onUse(requests: number, bytes: number): void;
}

const SEGMENT_MS = { low: 4_000, high: 40_000 } as const;
const BETWEEN_SEGMENTS_MS = 300;
const REDELIVERY_MS = 500;

export class Member {
  private readonly options: MemberOptions;
  private readonly ports: Pick<CopyPorts, 'stores' | 'queue' | 'clock' | 'log' | 'sharing' | 'tasks'>;
  private readonly source: RateLimiter;
  private readonly sink: RateLimiter;
  private readonly bytes: RateLimiter;
  private partitions: readonly number[] = [];
  private stop = new AbortController();
  private runs: Promise<unknown>[] = [];

  constructor(options: MemberOptions) {
    this.options = options;
    const { clock, dice, queue, partitionsAll } = options;
    const limiter = () => new RateLimiter(clock, undefined);
    [this.source, this.sink, this.bytes] = [limiter(), limiter(), limiter()];
    const sharing = new Sharing({
      ...{ clock, dice },
      held: () => ({ partitions: this.partitions, all: partitionsAll }),
      usage: () => ({
        requests: Math.max(this.source.used() ?? 0, this.sink.used() ?? 0),
        bytes: this.bytes.used(),
      }),
    });
    const stores = {
      state: () => options.state,
      limit: (taskId, limits) => {
        const part = sharing.partOf(taskId);
        const perSecond = (limits.requestsPerSecond ?? Infinity) * part.requests;
        this.source.perSecond = this.sink.perSecond = perSecond;
        this.bytes.perSecond = (limits.bytesPerSecond ?? Infinity) * part.bytes;
      },
    } satisfies Partial<Stores> as Pick<Stores, 'state' | 'limit'> as Stores;
    this.ports = { stores, queue, clock, log: silentLog, sharing, tasks: new OpenTasks(stores, clock) };
  }

  /** Begins to work on these. */
  take(partitions: readonly number[]): void {
    this.partitions = partitions;
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.runs = partitions.map((partition) => this.work(partition, signal).catch(() => undefined));
  }

  /** Ends what is under way, then has no partition any more. */
  async revoke(): Promise<void> {
    this.stop.abort(new Error('revoked'));
    await Promise.all(this.runs);
    this.partitions = [];
  }

  private async work(partition: number, signal: AbortSignal): Promise<void> {
    const { clock, dice } = this.options;
    while (!signal.aborted) {
      // What fails is delivered again.
      await this.deliver(partition, signal).catch(() => clock.sleep(REDELIVERY_MS, signal));
      await clock.sleep(dice.random() * BETWEEN_SEGMENTS_MS, signal);
    }
  }

  private async deliver(partition: number, signal: AbortSignal): Promise<void> {
    const open = await this.ports.tasks.open(this.options.location, signal);
    await open.control.read(signal);
    const segment = { ...open, segmentId: `r/${String(partition)}` };
    await underLimits(this.ports, segment, signal, () => this.segment(partition, signal));
  }

  private async segment(partition: number, signal: AbortSignal): Promise<void> {
    const { clock, dice } = this.options;
    const untilMs = clock.now() + dice.between(SEGMENT_MS.low, SEGMENT_MS.high);
    const over = new AbortController();
    const either = anySignal(signal, over.signal);
    const { lanes } = this.options.loadOf(partition);
    const all = Array.from({ length: lanes }, async () => {
      while (!either.aborted && clock.now() < untilMs)
        await this.object(this.options.loadOf(partition), either);
    });
    await Promise.allSettled(all);
  }

  private async object({ bytes, latencyMs }: Load, signal: AbortSignal): Promise<void> {
    const { clock, dice } = this.options;
    await this.source.take(1, signal);
    await this.bytes.take(bytes, signal);
    this.options.onUse(1, bytes);
    await clock.sleep(latencyMs * (0.5 + dice.random()), signal);
    await this.sink.take(1, signal);
  }
}
