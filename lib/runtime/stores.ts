/** The stores that tasks name, connected: one client a bucket, shared by all that use it; limits and retries around them. */
import { CosObjectSink } from '../adapters/cos/object-sink.ts';
import { CosStateStore } from '../adapters/cos/state-store.ts';
import { OssObjectSource } from '../adapters/oss/object-source.ts';
import { limitsAt, type Rates } from '../core/limits.ts';
import type { Task } from '../core/task.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { ObjectSink } from '../ports/object-sink.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { Stores } from '../ports/stores.ts';
import type { Part, Usage } from '../app/sharing.ts';
import type { CredentialSource } from './environment.ts';
import { guardSink, guardSource, guardState } from './interceptors.ts';
import { RateLimiter } from './limiter.ts';
import { Semaphore } from '../app/lanes.ts';
import { CONNECTIONS } from './limits.ts';
import { Throttle } from './throttle.ts';

export interface StoresOptions {
  /** Read at every request. */
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly dice: Dice;
  /** To each bucket. */
  readonly connectionsMax: number;
  /** The part of a task's limits that may be used here; default: all of them. */
  readonly partOf?: (taskId: string) => Part;
  /** No byte moved for this long ends a request; default `CONNECTIONS.timeoutMs`. */
  readonly timeoutMs?: number;
}

interface TaskLimits {
  readonly source: RateLimiter;
  readonly sink: RateLimiter;
  readonly bytes: RateLimiter;
  readonly turns: Semaphore;
}

export interface OpenStores extends Stores {
  /** Since this was last asked. */
  usage(taskId: string): Usage;
  close(): Promise<void>;
}

export function connectStores(options: StoresOptions): OpenStores {
  return new ConnectedStores(options);
}

class ConnectedStores implements OpenStores {
  private readonly options: StoresOptions;
  private readonly opened = new Map<string, { close(): Promise<void> }>();
  private readonly limits = new Map<string, TaskLimits>();
  private readonly throttles = new Map<object, Throttle>();

  constructor(options: StoresOptions) {
    this.options = options;
  }

  source(task: Task): ObjectSource {
    const { bucket, region, endpoint } = task.source;
    const store = this.once('oss', { bucket, region, endpoint }, () => {
      return new OssObjectSource({ ...this.shared('oss'), bucket, region, endpoint });
    });
    const { source: requests, bytes, turns } = this.limitsOf(task);
    const throttle = this.throttleOf(store);
    return guardSource(store, { requests, bytes, turns, throttle }, this.options);
  }

  sink(task: Task): ObjectSink {
    const { bucket, region, endpoint } = task.target;
    const store = this.once('cos', { bucket, region, endpoint }, () => {
      return new CosObjectSink({ ...this.shared('cos'), bucket, region, endpoint });
    });
    const throttle = this.throttleOf(store);
    return guardSink(store, { requests: this.limitsOf(task).sink, throttle }, this.options);
  }

  state({ bucket, region, endpoint }: Parameters<Stores['state']>[0]): StateStore {
    const store = this.once('state', { bucket, region, endpoint }, () => {
      return new CosStateStore({ ...this.shared('cos'), bucket, region, endpoint });
    });
    return guardState(store, this.options);
  }

  limit(taskId: string, limits: Rates): void {
    const known = this.limits.get(taskId) ?? this.newLimits();
    const part = this.options.partOf?.(taskId) ?? WHOLE;
    known.source.perSecond = known.sink.perSecond = times(limits.requestsPerSecond, part.requests);
    known.bytes.perSecond = times(limits.bytesPerSecond, part.bytes);
    this.limits.set(taskId, known);
  }

  usage(taskId: string): Usage {
    const known = this.limits.get(taskId);
    const [source, sink] = [known?.source.used(), known?.sink.used()];
    return {
      requests: source === undefined ? sink : Math.max(source, sink ?? 0),
      bytes: known?.bytes.used(),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.opened.values()].map((store) => store.close()));
  }

  private limitsOf(task: Task): TaskLimits {
    const known = this.limits.get(task.taskId);
    if (known !== undefined) return known;
    this.limit(task.taskId, limitsAt(task.limits, this.options.clock.now()));
    return this.limitsOf(task);
  }

  private throttleOf(store: object): Throttle {
    const throttle = this.throttles.get(store) ?? new Throttle(this.options);
    this.throttles.set(store, throttle);
    return throttle;
  }

  private newLimits(): TaskLimits {
    const limiter = () => new RateLimiter(this.options.clock, undefined);
    return { source: limiter(), sink: limiter(), bytes: limiter(), turns: new Semaphore(1) };
  }

  private shared(vendor: 'oss' | 'cos') {
    const { credentials, clock, connectionsMax, timeoutMs = CONNECTIONS.timeoutMs } = this.options;
    return {
      credentials: () => credentials[vendor](),
      clock,
      connectionsMax,
      timeoutMs,
    };
  }

  private once<T extends { close(): Promise<void> }>(kind: string, bucket: object, open: () => T): T {
    const name = JSON.stringify([kind, bucket]);
    const known = this.opened.get(name);
    if (known !== undefined) return known as T;
    const store = open();
    this.opened.set(name, store);
    return store;
  }
}

const WHOLE: Part = { requests: 1, bytes: 1 };

function times(perSecond: number | undefined, share: number): number | undefined {
  return perSecond === undefined ? undefined : perSecond * share;
}
