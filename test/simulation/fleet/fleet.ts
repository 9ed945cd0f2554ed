/** Members that share the partitions of a topic, reporters that divide a task's limits among them, and what goes wrong between them. */
import { setImmediate as nothingRunnable } from 'node:timers/promises';
import { MemoryStateStore } from '../../../lib/adapters/memory/state-store.ts';
import { MemoryTable } from '../../../lib/adapters/memory/table.ts';
import { Sightings } from '../../../lib/app/sightings.ts';
import { takeResults } from '../../../lib/app/settle.ts';
import { ROOT_RANGE } from '../../../lib/app/start-task.ts';
import { stateLocationOf, TaskState } from '../../../lib/app/task-state.ts';
import type { Limits } from '../../../lib/core/limits.ts';
import { parseMessage } from '../../../lib/core/messages.ts';
import { taskDigest } from '../../../lib/core/task.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Message, Queue } from '../../../lib/ports/queue.ts';
import type { Stores } from '../../../lib/ports/stores.ts';
import { silentLog } from '../../../lib/runtime/log.ts';
import { sampleTask } from '../../support/sample-task.ts';
import { SimDice } from '../dice.ts';
import { EPOCH_MS, VirtualClock } from '../virtual-clock.ts';
import { flakyState } from './flaky-state.ts';
import { type Load, Member } from './member.ts';
import { Meter } from './usage.ts';
import { calm } from '../../support/calm.ts';

export interface FleetOptions {
  readonly seed: number;
  readonly partitions: number;
  readonly limits: { readonly requestsPerSecond: number; readonly bytesPerSecond: number };
  /** By partition, and time since the beginning. */
  readonly loadOf: (partition: number, atMs: number) => Load;
  /** Part of all calls and messages. */
  readonly faults: number;
}

/** As long as a group takes to share its partitions out anew. */
const REBALANCE_MS = 2_000;
/** After so long without a heartbeat a member has gone. */
const SESSION_MS = 30_000;
const SKEW_MS_MAX = 3_600_000;
const REPORTERS = 2;
const CALM = calm();

export class Fleet {
  readonly clock = new VirtualClock();
  readonly requests = new Meter(EPOCH_MS);
  readonly bytes = new Meter(EPOCH_MS);
  private readonly options: FleetOptions;
  private readonly dice: SimDice;
  private readonly task;
  private readonly state = new MemoryStateStore();
  private readonly table = new MemoryTable();
  private readonly reporters: readonly { readonly clock: Clock; readonly sightings: Sightings }[];
  private readonly members = new Set<Member>();
  private readonly queue: Queue;

  private constructor(options: FleetOptions) {
    this.options = options;
    this.dice = new SimDice(options.seed, 'fleet');
    this.task = sampleTask({ limits: options.limits });
    this.queue = {
      send: (_topic, messages) => this.send(messages),
      consume: () => Promise.reject(new Error('nobody consumes here')),
    };
    this.reporters = Array.from({ length: REPORTERS }, () => ({
      clock: this.skewed(),
      sightings: new Sightings(),
    }));
  }

  static async open(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    const { task, table } = fleet;
    const { taskId } = task;
    await table.createTask({
      taskId,
      task,
      digest: taskDigest(task),
      nowMs: 0,
      rangeId: ROOT_RANGE,
      after: '',
    });
    await fleet.calmState().writeTask(task, CALM);
    return fleet;
  }

  get nowMs(): number {
    return this.clock.now() - EPOCH_MS;
  }

  async run(untilMs: number): Promise<void> {
    while (this.nowMs < untilMs) {
      await nothingRunnable();
      if (!this.clock.step()) throw new Error('the simulation stands still');
    }
  }

  /** As `oss2cos limit` does. */
  async limit(limits: Limits): Promise<void> {
    await this.calmState().writeControl({ state: 'running', limits }, CALM);
  }

  /** Members that join together; those that are there drain first. */
  async join(count: number): Promise<void> {
    const joined = Array.from({ length: count }, () => this.newMember());
    await this.rebalance(() => {
      for (const member of joined) this.members.add(member);
    });
  }

  async leave(): Promise<void> {
    const [member] = this.members;
    if (member === undefined) return;
    await this.rebalance(() => void this.members.delete(member));
  }

  /** The others have its partitions only after a while. */
  async kill(): Promise<void> {
    const [member] = this.members;
    if (member === undefined) return;
    await member.revoke();
    this.members.delete(member);
    await this.clock.sleep(SESSION_MS);
    await this.rebalance(() => undefined);
  }

  private async rebalance(change: () => void): Promise<void> {
    await Promise.all([...this.members].map((member) => member.revoke()));
    change();
    await this.clock.sleep(REBALANCE_MS * (0.5 + this.dice.random()));
    const all = [...this.members];
    const numbers = Array.from({ length: this.options.partitions }, (_, number) => number);
    all.forEach((member, at) => {
      member.take(numbers.filter((number) => number % all.length === at));
    });
  }

  private newMember(): Member {
    const { partitions, loadOf } = this.options;
    return new Member({
      ...{ clock: this.skewed(), dice: this.dice, queue: this.queue, partitionsAll: partitions },
      location: stateLocationOf(this.task),
      state: this.flaky(),
      loadOf: (partition) => loadOf(partition, this.nowMs),
      onUse: (requests, bytes) => {
        this.requests.add(this.clock.now(), requests);
        this.bytes.add(this.clock.now(), bytes);
      },
    });
  }

  /** Messages are late, and some are lost. */
  private async send(messages: readonly Message[]): Promise<void> {
    const { clock, dice, options } = this;
    await clock.sleep(dice.between(5, 50));
    for (const { body } of messages) {
      if (dice.chance(options.faults)) continue;
      clock.schedule(dice.between(10, 500), () => void this.report(body).catch(() => undefined));
    }
  }

  private async report(body: string): Promise<void> {
    const { table, queue, dice } = this;
    const reporter = dice.pick(this.reporters);
    const state = this.flaky();
    const stores = { state: () => state } as Pick<Stores, 'state'> as Stores;
    const sweep = { silenceMs: 60_000, ringsMax: 5, rowsMax: 100 };
    const ports = { stores, table, queue, dice, log: silentLog, sweep, ...reporter };
    await takeResults(ports, [parseMessage('results', body)], CALM);
  }

  private flaky() {
    const { clock, dice, options } = this;
    return flakyState(this.state, { clock, dice, faults: options.faults });
  }

  private calmState(): TaskState {
    return new TaskState(this.state, stateLocationOf(this.task));
  }

  /** A clock of one's own: every machine has another. */
  private skewed(): Clock {
    const skewMs = this.dice.between(-SKEW_MS_MAX, SKEW_MS_MAX);
    return {
      now: () => this.clock.now() + skewMs,
      sleep: (ms, signal) => this.clock.sleep(ms, signal),
    };
  }
}
