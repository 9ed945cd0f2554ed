/** What all simulated processes share (stores, table, topics), and the ports that each of them is composed of. */
import { Semaphore } from '../../lib/app/lanes.ts';
import { MemoryObjectSource } from '../../lib/adapters/memory/object-source.ts';
import { MemoryStateStore, newStateBucket } from '../../lib/adapters/memory/state-store.ts';
import { MemoryTable } from '../../lib/adapters/memory/table.ts';
import type { CopyPorts } from '../../lib/app/copy-ports.ts';
import type { PlanPorts } from '../../lib/app/plan-range.ts';
import type { ReporterPorts } from '../../lib/app/reporter-ports.ts';
import { GiB } from '../../lib/core/bytes.ts';
import { limitsAt } from '../../lib/core/limits.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Stores } from '../../lib/ports/stores.ts';
import { guardSink, guardSource, guardState } from '../../lib/runtime/interceptors.ts';
import { RateLimiter } from '../../lib/runtime/limiter.ts';
import { ONE_PROCESS } from '../../lib/runtime/limits.ts';
import { Throttle } from '../../lib/runtime/throttle.ts';
import { Buckets } from './buckets.ts';
import { SimDice } from './dice.ts';
import {
  type GatedStoresOptions,
  gatedSink,
  gatedSource,
  gatedState,
  type UploadWatch,
} from './gated-stores.ts';
import { gatedTable } from './gated-table.ts';
import { SimProcess, type Surroundings } from './process.ts';
import type { Scenario } from './scenario.ts';
import { SimQueue } from './sim-queue.ts';
import { Trace } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';
import { Weather } from './weather.ts';
import { calm } from '../support/calm.ts';

export type ProcessPorts = PlanPorts & CopyPorts & ReporterPorts & { readonly signal: AbortSignal };

/** Who began an upload, whether it learned of it, and whether its end was asked for. */
export interface UploadFate {
  readonly process: SimProcess;
  answered: boolean;
  aborted: boolean;
}

export interface MachineOptions {
  readonly traces?: boolean;
  /** Every message twice. */
  readonly doubles?: boolean;
}

export class Machines {
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly weather: Weather;
  readonly buckets: Buckets;
  /** Parts may be of any size. */
  readonly state = new MemoryStateStore(newStateBucket(0));
  readonly table = new MemoryTable();
  readonly queue: SimQueue;
  /** Requests that reached a store, the table or the topics, by operation. */
  readonly requests = new Map<string, number>();
  readonly uploads = new Map<string, UploadFate>();
  /** Uploads whose parts the target merges by itself. */
  merging = 0;
  /** Target keys that held, or may have held, a corrupt object for a moment: see `onStorable`. */
  readonly tainted = new Set<string>();
  readonly #around: Surroundings;
  readonly #appDice: SimDice;
  readonly #onRequest = (operation: string): void =>
    void this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);

  private constructor(scenario: Scenario, clock: VirtualClock, buckets: Buckets, options: MachineOptions) {
    this.scenario = scenario;
    this.clock = clock;
    this.buckets = buckets;
    this.trace = new Trace(clock, options.traces ?? false);
    this.weather = new Weather(new SimDice(scenario.seed, 'weather'), scenario.calm);
    const dice = new SimDice(scenario.seed, 'calls');
    this.#appDice = new SimDice(scenario.seed, 'app');
    const { latencyMsMax } = scenario;
    this.#around = { clock, trace: this.trace, weather: this.weather, dice, latencyMsMax };
    this.queue = new SimQueue(this.#around, new SimDice(scenario.seed, 'queue'), options.doubles);
  }

  static async build(scenario: Scenario, options: MachineOptions = {}): Promise<Machines> {
    const clock = new VirtualClock();
    return new Machines(scenario, clock, await Buckets.fill(scenario, clock), options);
  }

  newProcess(name: string): SimProcess {
    return new SimProcess(name, this.#around);
  }

  storesOf(process: SimProcess): Stores {
    const { scenario, buckets } = this;
    const { pageKeysMax, task, bufferedBytesMax } = scenario;
    const onStorable: GatedStoresOptions['onStorable'] = (change) => {
      this.tainted.add('targetKey' in change ? change.targetKey : buckets.targetKeyOf(change.sourceKey));
    };
    const outlast = async (ms: number) => {
      this.merging++;
      await this.clock.sleep(ms);
      this.merging--;
    };
    const dice = this.#around.dice;
    const gate = { process, dice, pageKeysMax, onRequest: this.#onRequest, onStorable, outlast };
    const context = { clock: process.clock, dice: this.#appDice };
    const limiter = (perSecond?: number) => new RateLimiter(process.clock, perSecond);
    const { requestsPerSecond, bytesPerSecond } = limitsAt(task.limits, process.clock.now());
    const limits = () => ({
      requests: limiter(requestsPerSecond),
      bytes: limiter(bytesPerSecond),
      turns: new Semaphore(1),
      throttle: new Throttle(context),
    });
    const memory = new MemoryObjectSource(buckets.source, { bufferedBytesMax });
    return {
      source: once(() => guardSource(gatedSource(memory, gate), limits(), context)),
      sink: once(() => guardSink(gatedSink(buckets.sink, gate, this.#watch()), limits(), context)),
      state: once(() => guardState(gatedState(this.state, gate), context)),
      limit: () => undefined,
    };
  }

  portsOf(process: SimProcess, own: Pick<CopyPorts, 'stores' | 'tasks' | 'parts'>): ProcessPorts {
    const { lanes, spread, segmentEntriesMax, failedList, forking } = this.scenario;
    return {
      ...own,
      table: gatedTable(this.table, process, this.#onRequest),
      queue: this.queue.port(process, this.#onRequest),
      clock: process.clock,
      dice: this.#appDice,
      log: this.#logOf(process),
      lanes,
      spread,
      forking,
      sweep: ONE_PROCESS.sweep,
      failedList,
      segmentLimits: { entriesMax: segmentEntriesMax, bytesMax: 4 * GiB },
      signal: calm(),
    };
  }

  #logOf({ name }: SimProcess): Log {
    const log = (event: string, fields: object = {}) => {
      this.trace.add(name, `log: ${event}`, JSON.stringify(fields));
    };
    return { info: log, warn: log, error: log };
  }

  #watch(): UploadWatch {
    const change = (uploadId: string, fate: Partial<UploadFate>) =>
      void Object.assign(this.uploads.get(uploadId) ?? {}, fate);
    return {
      begun: (uploadId, process) =>
        void this.uploads.set(uploadId, { process, answered: false, aborted: false }),
      answered: (uploadId) => {
        change(uploadId, { answered: true });
      },
      aborting: (uploadId) => {
        change(uploadId, { aborted: true });
      },
    };
  }
}

/** Most processes are a tick that asks the table and nothing else. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
