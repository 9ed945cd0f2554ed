/** A simulated process: its calls take time, and may fail, before or after their effect; dead, it hears no answer any more. */
import { StoreError } from '../../lib/core/errors.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { SimDice } from './dice.ts';
import type { Trace } from './trace.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { CallFault, Happening, Port, Weather } from './weather.ts';

/** Where no byte moves for this long, a client gives up. */
const STALL_MS = 60_000;
/** Where now and then a byte moves, it does not: an answer may come after every limit there is. */
const CRAWL_MS_MAX = 600_000;

export interface Surroundings {
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly weather: Weather;
  readonly dice: SimDice;
  /** Of one call, there and back. */
  readonly latencyMsMax: number;
}

export interface Call<T> {
  readonly port: Port;
  readonly operation: string;
  readonly about?: string;
  readonly signal?: AbortSignal | undefined;
  /** Has the effect, and answers. The faults that spoil contents are its own affair. */
  run(fault: CallFault | undefined): Promise<T>;
}

export class SimProcess {
  readonly name: string;
  readonly clock: Clock;
  /** Invocations under way. */
  invocations = 0;
  #dead = false;
  /** Its wall clock against the time that passes; no timer follows it. */
  #clockOffMs: number;
  /** Called when it dies. */
  readonly deaths: (() => void)[] = [];
  readonly #around: Surroundings;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    this.#clockOffMs = around.weather.drawClockOffMs();
    this.clock = {
      now: () => around.clock.now() + (around.weather.storms ? this.#clockOffMs : 0),
      sleep: (ms, signal) => this.hears(around.clock.sleep(ms, signal)),
    };
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** A fault in what is passed on, or a race that was lost. */
  suffers(what: Happening, about: string): void {
    this.#around.weather.count(what);
    this.#around.trace.add(this.name, `<${what}>`, about);
  }

  die(why: string): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#around.trace.add(this.name, 'DIES', why);
    if (this.invocations > 1) this.#around.weather.count('process died with several invocations');
    for (const tell of this.deaths.splice(0)) tell();
  }

  /** The promise as this process sees it: once it is dead, nothing comes of it. */
  hears<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => {
          if (!this.#dead) resolve(value);
        },
        (error: unknown) => {
          if (!this.#dead) reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  call<T>(call: Call<T>): Promise<T> {
    return this.hears(this.#call(call));
  }

  async #call<T>(call: Call<T>): Promise<T> {
    const { clock, dice, weather, latencyMsMax } = this.#around;
    const { port, operation, signal } = call;
    signal?.throwIfAborted();
    const fault = this.#dead ? undefined : weather.draw(port, operation);
    await clock.sleep(dice.random() * latencyMsMax);
    // A request under way when its process died may arrive all the same.
    if (this.#dead && !this.#ghosts()) return new Promise<never>(() => undefined);
    signal?.throwIfAborted();
    return fault === undefined || isContentFault(fault)
      ? this.#answered(call, fault)
      : this.#struck(call, fault);
  }

  #ghosts(): boolean {
    const { dice, weather } = this.#around;
    const arrives = dice.chance(0.5);
    if (arrives) weather.count('ghost request');
    return arrives;
  }

  async #answered<T>(call: Call<T>, fault: CallFault | undefined): Promise<T> {
    const { trace, clock, dice, latencyMsMax } = this.#around;
    const what = `${call.port}.${call.operation}`;
    try {
      const answer = await call.run(fault);
      trace.add(this.name, what, call.about);
      await clock.sleep(dice.random() * latencyMsMax);
      return answer;
    } catch (error) {
      trace.add(this.name, `${what} refused`, `${call.about ?? ''} ${codeOf(error)}`);
      throw error;
    }
  }

  async #struck<T>(call: Call<T>, fault: CallFault): Promise<T> {
    const { clock, dice, trace, weather } = this.#around;
    const what = `${call.port}.${call.operation}`;
    weather.count(fault);
    trace.add(this.name, `${what} <${fault}>`, call.about);
    switch (fault) {
      case 'clock jumped':
        this.#clockOffMs = weather.drawClockOffMs();
        return this.#answered(call, undefined);
      case 'request lost':
        throw failure('unavailable', what);
      case 'throttled':
        throw failure('throttled', what);
      case 'table busy':
        throw failure('busy', what);
      case 'stalled':
        await clock.sleep(STALL_MS, call.signal);
        throw failure(timeoutOf(call.port), what);
      case 'answer past every timeout': {
        const answer = await call.run(undefined);
        await clock.sleep(STALL_MS + dice.random() * (CRAWL_MS_MAX - STALL_MS), call.signal);
        return answer;
      }
      case 'died before its effect':
        this.die(fault);
        return new Promise<never>(() => undefined);
      default:
        await call.run(undefined);
    }
    if (fault === 'died after its effect') this.die(fault);
    if (fault === 'stalled after its effect') await clock.sleep(STALL_MS, call.signal);
    if (fault === 'answer late') await clock.sleep(STALL_MS / 2, call.signal);
    throw failure(fault === 'stalled after its effect' ? timeoutOf(call.port) : 'unavailable', what);
  }
}

/** Those that the call itself brings about. */
function isContentFault(fault: CallFault): boolean {
  return /^(stream|byte|state object|merge) /.test(fault);
}

/** Of the table and the topics, silence is a connection that broke. */
function timeoutOf(port: Port): 'timeout' | 'unavailable' {
  return port === 'table' || port === 'queue' ? 'unavailable' : 'timeout';
}

export function failure(code: StoreError['code'], operation: string): StoreError {
  return new StoreError(`${operation}: simulated: ${code}`, { code, operation });
}

function codeOf(error: unknown): string {
  return error instanceof StoreError ? error.code : String(error);
}
