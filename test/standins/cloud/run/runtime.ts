/** Runs deployed functions as SCF does, each instance a process, and fires their triggers. Linux only. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActiveTrigger, DeployedFunction, FunctionRuntime, InvokeOutcome } from '../runtime.ts';
import { startCkafka } from './ckafka-trigger.ts';
import { bundleBootstrap } from './instance/bundle.ts';
import { type RuntimeOptions, type Timing, TIMING, type TriggerLog } from './options.ts';
import { outcomeOf } from './outcome.ts';
import { Packages } from './package.ts';
import { Pool } from './pool.ts';
import { STATUS } from './status.ts';
import { startTimer } from './timer-trigger.ts';
import type { Trigger } from './trigger.ts';

export function startFunctionRuntime(options: RuntimeOptions = {}): FunctionRuntime {
  return new LocalRuntime(options);
}

/** A function's running triggers by their definition: an unchanged one goes on. */
type Triggers = Map<string, Promise<Trigger>>;

class LocalRuntime implements FunctionRuntime {
  readonly #options: RuntimeOptions;
  readonly #timing: Timing;
  readonly #root = mkdtempSync(join(tmpdir(), 'oss2cos-scf-'));
  readonly #packages = new Packages(this.#root);
  readonly #pools = new Map<string, Pool>();
  readonly #functions = new Map<string, DeployedFunction>();
  readonly #triggers = new Map<string, Triggers>();
  #program: Promise<string> | undefined;
  #isClosed = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
  }

  async invoke(fn: DeployedFunction, event: string): Promise<InvokeOutcome> {
    return this.#invoke(fn, undefined, event);
  }

  replace(fn: DeployedFunction): void {
    this.#functions.set(fn.name, fn);
    this.#pools.get(fn.name)?.adopt(fn);
  }

  remove(name: string): void {
    this.#functions.delete(name);
    this.#pools.get(name)?.retire();
    void this.#stopTriggers(name);
  }

  async setTriggers(fn: DeployedFunction, definitions: readonly ActiveTrigger[]): Promise<void> {
    this.replace(fn);
    const running: Triggers = this.#triggers.get(fn.name) ?? new Map<string, Promise<Trigger>>();
    this.#triggers.set(fn.name, running);
    const wanted = new Map(definitions.map((definition) => [JSON.stringify(definition), definition]));
    const gone = [...running].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) running.delete(key);
    await Promise.all(gone.map(([, trigger]) => stopped(trigger)));
    const added = [...wanted].filter(([key]) => !running.has(key));
    const started = added.map(async ([key, definition]) => {
      const trigger = this.#startTrigger(fn.name, definition);
      running.set(key, trigger);
      await trigger.catch((error: unknown) => {
        running.delete(key);
        throw error;
      });
    });
    await Promise.all(started);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const triggers = [...this.#triggers.keys()].map((name) => this.#stopTriggers(name));
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
    await Promise.all(triggers);
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }

  async #stopTriggers(name: string): Promise<void> {
    const running = [...(this.#triggers.get(name)?.values() ?? [])];
    this.#triggers.delete(name);
    await Promise.all(running.map(stopped));
  }

  async #startTrigger(name: string, definition: ActiveTrigger): Promise<Trigger> {
    const { brokers, timerEveryMs: everyMs } = this.#options;
    const timing = this.#timing;
    const invoke = (trigger: string, event: string): Promise<InvokeOutcome> =>
      this.#invokeNamed(name, trigger, event);
    if (definition.kind === 'timer') return startTimer({ definition, invoke, timing, everyMs });
    if (brokers === undefined) throw new Error(`no Kafka stands behind the trigger ${definition.name}`);
    const log: TriggerLog = (requestId, line) => this.#log(name, requestId, line);
    return startCkafka({ functionName: name, definition, brokers, invoke, timing, log });
  }

  /** A trigger invokes whatever is deployed now. */
  async #invokeNamed(name: string, trigger: string, event: string): Promise<InvokeOutcome> {
    const fn = this.#functions.get(name);
    return fn === undefined ? notRun(`the function ${name} is gone`) : this.#invoke(fn, trigger, event);
  }

  async #invoke(fn: DeployedFunction, trigger: string | undefined, event: string): Promise<InvokeOutcome> {
    if (this.#isClosed) return notRun('the cloud has ended');
    const outcome = await this.#poolOf(fn.name).invoke(fn, event);
    this.#options.onInvocation?.({ fn, trigger, event, outcome });
    return outcome;
  }

  #poolOf(name: string): Pool {
    const pool = this.#pools.get(name) ?? this.#newPool();
    this.#pools.set(name, pool);
    return pool;
  }

  #newPool(): Pool {
    return new Pool({
      root: this.#root,
      packages: this.#packages,
      timing: this.#timing,
      program: () => (this.#program ??= bundleBootstrap(join(this.#root, 'bootstrap.cjs'))),
      onLog: (fn, requestId, line) => this.#options.onLog?.(fn, requestId, line),
      overrun: (fn, event) => this.#options.overrun?.(fn, event),
    });
  }

  #log(name: string, requestId: string, line: string): void {
    const fn = this.#functions.get(name);
    if (fn !== undefined) this.#options.onLog?.(fn, requestId, line);
  }
}

function notRun(message: string): InvokeOutcome {
  return outcomeOf({ requestId: randomUUID(), failure: { status: STATUS.system, message }, lines: [] });
}

/** One that never started needs no stop. */
async function stopped(trigger: Promise<Trigger>): Promise<void> {
  const running = await trigger.catch(() => undefined);
  await running?.stop();
}
