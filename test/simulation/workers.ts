/** The three functions on simulated processes, fed from the topics; each invocation ends by itself, is cut off at its time limit, or dies. */
import { Semaphore } from '../../lib/app/lanes.ts';
import { OpenTasks } from '../../lib/app/open-tasks.ts';
import type { Topic } from '../../lib/core/messages.ts';
import { copyHandler, type Handler, plannerHandler, reporterHandler } from '../../lib/runtime/handlers.ts';
import { triggerEvent } from '../../lib/runtime/trigger-event.ts';
import type { Machines, ProcessPorts } from './machines.ts';
import type { SimProcess } from './process.ts';
import type { SimQueue, Waiting } from './sim-queue.ts';

export type End = 'done' | 'refused' | 'died';

/** Results are handed over many at a time. */
const BATCH: Record<Topic, number> = { ranges: 2, segments: 1, results: 5 };
const PARTS_IN_FLIGHT = 16;
/** A tick cannot be continued by the next one: it needs the time to read all results that have failures. */
const REPORTER_LIMIT_MS = 300_000;

interface Copier {
  process: SimProcess;
  ports: ProcessPorts;
}

export class Workers {
  readonly #machines: Machines;
  readonly #queue: SimQueue;
  readonly #busy: Record<'ranges' | 'results', number> = { ranges: 0, results: 0 };
  readonly #copiers: Copier[];
  #underWay = 0;
  #born = 0;

  constructor(machines: Machines, queue: SimQueue) {
    this.#machines = machines;
    this.#queue = queue;
    this.#copiers = Array.from({ length: machines.scenario.copiers }, () => this.#newCopier());
    queue.onReady = (topic) => {
      this.#pump(topic);
    };
  }

  get idle(): boolean {
    return this.#underWay === 0;
  }

  /** A task handed to the planner by hand. */
  async start(task: object): Promise<{ end: End; answer: unknown }> {
    const { process, ports } = this.#newProcess('planner');
    let answer: unknown;
    const handler = plannerHandler(() => ({ ports, signal: ports.signal }), ports.log);
    const keeping: Handler = async (event, context) => (answer = await handler(event, context));
    const end = await this.#invoke(process, keeping, task);
    return { end, answer };
  }

  /** The timer; nobody waits for it, and the next one may come before this one has ended. */
  tick(): void {
    const { process, ports } = this.#newProcess('timer');
    void this.#invoke(
      process,
      reporterHandler(() => ({ ports, signal: ports.signal }), ports.log),
      { Type: 'Timer' },
    );
  }

  #pump(topic: Topic): void {
    if (topic === 'segments') {
      for (const copier of this.#copiers)
        while (copier.process.invocations < this.#machines.scenario.inFlight && this.#copy(copier));
      return;
    }
    const { planners, reporters } = this.#machines.scenario;
    while (this.#busy[topic] < (topic === 'ranges' ? planners : reporters) && this.#handle(topic));
  }

  #copy(copier: Copier): boolean {
    const { ports, process } = copier;
    const handler = copyHandler(() => ({ ports, signal: ports.signal }), ports.log);
    return this.#feed('segments', process, handler, () => {
      if (process.dead && copier.process === process) Object.assign(copier, this.#newCopier());
    });
  }

  #handle(topic: 'ranges' | 'results'): boolean {
    const { process, ports } = this.#newProcess(topic === 'ranges' ? 'planner' : 'reporter');
    const compose = () => ({ ports, signal: ports.signal });
    const handler =
      topic === 'ranges' ? plannerHandler(compose, ports.log) : reporterHandler(compose, ports.log);
    const fed = this.#feed(topic, process, handler, () => this.#busy[topic]--);
    if (fed) this.#busy[topic]++;
    return fed;
  }

  #feed(topic: Topic, process: SimProcess, handler: Handler, ended: () => void): boolean {
    const batch = this.#queue.take(topic, BATCH[topic]);
    if (batch.length === 0) return false;
    const event = triggerEvent(
      topic,
      batch.map(({ message }) => message),
    );
    void this.#invoke(process, handler, event).then((end) => {
      ended();
      this.#settle(batch, end);
      this.#pump(topic);
    });
    return true;
  }

  #settle(batch: readonly Waiting[], end: End): void {
    if (end === 'done') this.#queue.done(batch);
    else this.#queue.giveBack(batch, end === 'died');
  }

  #invoke(process: SimProcess, handler: Handler, event: unknown): Promise<End> {
    const { clock, scenario, weather, trace } = this.#machines;
    const isWorker = process.name.startsWith('copier') && scenario.inFlight > 1;
    const isReporter = process.name.startsWith('timer') || process.name.startsWith('reporter');
    const limitMs = isWorker ? Infinity : isReporter ? REPORTER_LIMIT_MS : scenario.timeLimitMs;
    const context = { request_id: 'sim', function_name: process.name, time_limit_in_ms: limitMs };
    process.invocations++;
    this.#underWay++;
    return new Promise((resolve) => {
      const cut = () => {
        weather.count('time limit reached');
        process.die('time limit');
      };
      const forget = isWorker ? () => undefined : clock.schedule(limitMs, cut);
      let ended = false;
      const finish = (end: End) => {
        if (ended) return;
        ended = true;
        forget();
        process.invocations--;
        this.#underWay--;
        if (end !== 'done') trace.add(process.name, `invocation ${end}`);
        resolve(end);
      };
      process.deaths.push(() => {
        finish('died');
      });
      handler(event, context).then(
        () => {
          finish('done');
        },
        (error: unknown) => {
          trace.add(process.name, 'throws', String(error));
          finish('refused');
        },
      );
    });
  }

  #newCopier(): Copier {
    return this.#newProcess('copier');
  }

  #newProcess(role: string): Copier {
    const process = this.#machines.newProcess(`${role}-${String(++this.#born)}`);
    const stores = this.#machines.storesOf(process);
    const tasks = new OpenTasks(stores, process.clock);
    return {
      process,
      ports: this.#machines.portsOf(process, { stores, tasks, parts: new Semaphore(PARTS_IN_FLIGHT) }),
    };
  }
}
