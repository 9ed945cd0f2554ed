/** One run: storm, then heal, then it has to come to an end within bounded virtual time, whatever happened before. */
import { setImmediate as eventLoop } from 'node:timers/promises';
import { RUNNING } from '../../lib/core/control.ts';
import type { Control } from '../../lib/core/control.ts';
import { stateLocationOf, TaskState } from '../../lib/app/task-state.ts';
import type { Task } from '../../lib/core/task.ts';
import { Machines, type MachineOptions } from './machines.ts';
import { SimDice } from './dice.ts';
import { readySums } from './in-step.ts';
import type { Scenario } from './scenario.ts';
import { EPOCH_MS } from './virtual-clock.ts';
import { Workers } from './workers.ts';

/** After the last fault: silence is noticed after a minute, a few times over, and late messages are at most ten minutes late. */
const CONVERGENCE_MS_MAX = 2 * 3_600_000;
/** One object after the other, and each of its results read again at the end: calls there and back. */
const CALLS_PER_OBJECT_MAX = 30;
const START_AGAIN_MS = 5_000;
/** Everything here runs in microtasks, and a tick comes when none is left: a turn of the event loop costs ten times as much. */
const nothingRunnable = () =>
  new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
/** Of the timer's ticks once the task has ended: all that is left to do is to confirm the last report, a quarter of an hour later. */
const TICK_AFTER_END_MS = 300_000;

export class Simulation {
  readonly machines: Machines;
  readonly workers: Workers;
  /** What the run itself found wrong. */
  readonly findings: string[] = [];
  cancelled = false;
  readonly #scenario: Scenario;
  readonly #dice: SimDice;
  /** Scripts under way: the user, the meddlers, the timer. */
  #scripts = 0;
  #deadlineMs = Infinity;

  private constructor(machines: Machines) {
    this.machines = machines;
    this.#scenario = machines.scenario;
    this.#dice = new SimDice(machines.scenario.seed, 'script');
    this.workers = new Workers(machines, machines.queue);
  }

  static async open(scenario: Scenario, options: MachineOptions = {}): Promise<Simulation> {
    await eventLoop(); // the test runner has things to do as well
    await readySums();
    return new Simulation(await Machines.build(scenario, options));
  }

  get #convergenceMs(): number {
    const { objects, latencyMsMax } = this.#scenario;
    return CONVERGENCE_MS_MAX + objects * latencyMsMax * CALLS_PER_OBJECT_MAX;
  }

  /** The storm and what comes after. */
  async run(): Promise<void> {
    const { clock, weather, trace } = this.machines;
    const { healAtMs, meddlings, task, calm } = this.#scenario;
    this.#script(() => this.#use(task, this.#scenario.controls));
    for (let number = 0; number < meddlings; number++) this.#script(() => this.#meddle());
    const toHealMs = calm ? 0 : EPOCH_MS + healAtMs - clock.now();
    clock.schedule(toHealMs, () => {
      trace.add('weather', 'HEALS');
      weather.heal();
    });
    this.#deadlineMs = clock.now() + toHealMs + this.#convergenceMs;
    await this.#settle(task);
  }

  /** A further task in calm weather, among the same machines. */
  async runCalm(task: Task): Promise<void> {
    this.machines.weather.heal();
    this.#deadlineMs = this.machines.clock.now() + this.#convergenceMs;
    this.#script(() => this.#use(task, []));
    await this.#settle(task);
  }

  /** Runs until the task has ended, and nothing is under way or on its way any more. */
  async #settle(task: Task): Promise<void> {
    const { clock, queue, table } = this.machines;
    this.#ticks(task);
    for (;;) {
      await nothingRunnable();
      if (
        this.#scripts === 0 &&
        this.workers.idle &&
        this.machines.merging === 0 &&
        queue.isEmpty &&
        (await endOf(table, task)) === 'confirmed'
      )
        return;
      if (clock.now() > this.#deadlineMs) {
        this.findings.push(
          `liveness: the task has not ended ${String(this.#convergenceMs / 1000)} s after the last fault`,
        );
        return;
      }
      if (!clock.step()) throw new Error('the simulation stands still');
    }
  }

  #ticks(task: Task): void {
    const { clock, table } = this.machines;
    const again = () => {
      void endOf(table, task).then((end) => {
        if (end === 'confirmed') return;
        this.workers.tick();
        clock.schedule(end === 'open' ? this.#scenario.tickEveryMs : TICK_AFTER_END_MS, again);
      });
    };
    clock.schedule(this.#dice.between(0, this.#scenario.tickEveryMs), again);
  }

  #script(script: () => Promise<void>): void {
    this.#scripts++;
    script().then(
      () => this.#scripts--,
      (error: unknown) => {
        this.#scripts--;
        this.findings.push(
          `script: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      },
    );
  }

  /** Starts the task, however often that takes, then changes its mind now and then; at last everything goes on. */
  async #use(task: Task, controls: Scenario['controls']): Promise<void> {
    const { clock, trace } = this.machines;
    for (;;) {
      const { end, answer } = await this.workers.start(task);
      trace.add('user', `start ${end}`, JSON.stringify(answer));
      if (end === 'done' && typeof answer === 'object' && answer !== null && 'taskId' in answer) break;
      await clock.sleep(START_AGAIN_MS);
    }
    let last: Control['state'] = 'running';
    for (const { afterMs, state } of controls) {
      await clock.sleep(afterMs);
      if (last === 'cancelled') return;
      await this.#control(task, state);
      last = state;
    }
    if (last !== 'paused') return;
    await clock.sleep(this.#dice.between(1_000, 900_000));
    await this.#control(task, 'running');
  }

  async #control(task: Task, state: Control['state']): Promise<void> {
    const { weather, trace, state: store } = this.machines;
    trace.add('user', state);
    if (state === 'cancelled') this.cancelled = true;
    if (state === 'cancelled') weather.count('task cancelled');
    else weather.count(state === 'paused' ? 'task paused' : 'task resumed');
    const location = stateLocationOf(task);
    await new TaskState(store, location).writeControl({ ...RUNNING, state }, new AbortController().signal);
  }

  async #meddle(): Promise<void> {
    const { clock, buckets, weather, trace } = this.machines;
    await clock.sleep(this.#dice.between(0, this.#dice.pick([500, 20_000, this.#scenario.healAtMs])));
    const deed = await buckets.meddle();
    if (deed === undefined) return;
    const [what, key] = deed;
    if (
      what === 'source object changed' ||
      what === 'source object deleted' ||
      what === 'target object added'
    )
      weather.count(what);
    trace.add('others', what, key);
  }
}

/** Whether the task is under way, has ended, and its last report is confirmed. */
async function endOf(table: Machines['table'], task: Task): Promise<'open' | 'ended' | 'confirmed'> {
  if ((await table.task(task.taskId))?.finishedAtMs === undefined) return 'open';
  const unconfirmed = await table.unconfirmedEnds({ fromMs: 0, beforeMs: Infinity, limit: 10 });
  return unconfirmed.includes(task.taskId) ? 'ended' : 'confirmed';
}
