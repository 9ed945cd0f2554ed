/** The instances of one function: warm ones are used again, parallel events get instances of their own up to the reserved concurrency. */
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeployedFunction, InvokeOutcome } from '../runtime.ts';
import { type Ended, Instance } from './instance/instance.ts';
import type { RuntimeOptions, Timing } from './options.ts';
import { eventFailure, failureOf, loadFailure, outcomeOf, throttledFailure } from './outcome.ts';
import { hashOf, type Packages } from './package.ts';
import { type Failure, failureText, STATUS } from './status.ts';

export interface PoolParts {
  readonly root: string;
  readonly program: () => Promise<string>;
  readonly packages: Packages;
  readonly timing: Timing;
  readonly onLog: NonNullable<RuntimeOptions['onLog']>;
  readonly overrun: NonNullable<RuntimeOptions['overrun']>;
}

interface Warm {
  readonly instance: Instance;
  readonly idle: NodeJS.Timeout;
}

interface Started {
  readonly instance: Instance;
  readonly loaded: Ended;
}

/** What an instance cannot change while it lives. */
function fingerprint({ role: _, reservedConcurrencyMb: __, zip, ...rest }: DeployedFunction): string {
  return JSON.stringify([hashOf(zip), rest]);
}

export class Pool {
  readonly #parts: PoolParts;
  readonly #instances = new Set<Instance>();
  /** Lines of the events under way. */
  readonly #logs = new Map<string, string[]>();
  #warm: Warm[] = [];
  #current: string | undefined;
  #busy = 0;
  #isClosed = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** Instances of another code or configuration end: the idle at once, the busy after their event. */
  adopt(fn: DeployedFunction): void {
    const next = fingerprint(fn);
    if (this.#current === next) return;
    this.#current = next;
    this.#dismissWarm();
  }

  async invoke(fn: DeployedFunction, event: string): Promise<InvokeOutcome> {
    const requestId = randomUUID();
    const refusal = eventFailure(event) ?? this.#throttled(fn);
    if (refusal !== undefined) return outcomeOf({ requestId, failure: refusal, lines: [] });
    this.adopt(fn);
    this.#busy++;
    this.#logs.set(requestId, []);
    try {
      return await this.#run(fn, requestId, event);
    } finally {
      this.#logs.delete(requestId);
      this.#busy--;
    }
  }

  /** Everything ends now, whatever it does. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.retire();
    await Promise.all([...this.#instances].map((instance) => this.#dismiss(instance)));
  }

  /** No instance outlives its event. */
  retire(): void {
    this.#current = undefined;
    this.#dismissWarm();
  }

  #throttled(fn: DeployedFunction): Failure | undefined {
    const { reservedConcurrencyMb, memoryMb } = fn;
    const isFull = reservedConcurrencyMb !== undefined && (this.#busy + 1) * memoryMb > reservedConcurrencyMb;
    return isFull ? throttledFailure(fn) : undefined;
  }

  async #run(fn: DeployedFunction, requestId: string, event: string): Promise<InvokeOutcome> {
    try {
      const { instance, loaded } = this.#takeWarm() ?? (await this.#start(fn, requestId));
      if (loaded.ending.kind !== 'ready') {
        await this.#dismiss(instance);
        return this.#conclude({ fn, requestId, failure: loadFailure(fn, loaded.ending), ended: loaded });
      }
      const limitMs = this.#parts.overrun(fn, event) ?? fn.timeoutS * 1000;
      const ended = await instance.run(fn, { requestId, event, limitMs });
      this.#putBack(fn, instance);
      return this.#conclude({ fn, requestId, failure: failureOf(fn, ended.ending), ended });
    } catch (error) {
      const stack = error instanceof Error ? error.message : String(error);
      const status = this.#isClosed ? STATUS.system : STATUS.handlerNotFound;
      return this.#conclude({ fn, requestId, failure: { status, message: 'HandlerNotFound', stack } });
    }
  }

  #conclude(end: { fn: DeployedFunction; requestId: string; failure: Failure | undefined; ended?: Ended }) {
    const { fn, requestId, failure } = end;
    if (failure !== undefined) this.#log(fn, requestId, `ERROR ${failureText(requestId, failure)}`);
    return outcomeOf({ ...end, lines: this.#logs.get(requestId) ?? [] });
  }

  #log(fn: DeployedFunction, requestId: string, line: string): void {
    this.#logs.get(requestId)?.push(line);
    this.#parts.onLog(fn, requestId, line);
  }

  #takeWarm(): Started | undefined {
    for (let warm = this.#warm.pop(); warm !== undefined; warm = this.#warm.pop()) {
      clearTimeout(warm.idle);
      if (!warm.instance.isGone) return { instance: warm.instance, loaded: READY };
      void this.#dismiss(warm.instance);
    }
    return undefined;
  }

  /** @throws Error where the package cannot be unpacked. */
  async #start(fn: DeployedFunction, requestId: string): Promise<Started> {
    const { packages, root, program, timing } = this.#parts;
    const code = await packages.folderOf(fn.zip);
    const folders = { code, temporary: await mkdtemp(join(root, 'tmp-')) };
    const bootstrap = await program();
    if (this.#isClosed) throw new Error('the cloud has ended');
    const onLine = (id: string, line: string): void => this.#log(fn, id, line);
    const instance = new Instance({ fn, program: bootstrap, folders, onLine });
    this.#instances.add(instance);
    return { instance, loaded: await instance.load(requestId, timing.initMs) };
  }

  #putBack(fn: DeployedFunction, instance: Instance): void {
    if (instance.isGone || fingerprint(fn) !== this.#current) return void this.#dismiss(instance);
    instance.freeze();
    const idle = setTimeout(() => {
      this.#warm = this.#warm.filter((warm) => warm.instance !== instance);
      void this.#dismiss(instance);
    }, this.#parts.timing.idleMs);
    this.#warm.push({ instance, idle: idle.unref() });
  }

  #dismissWarm(): void {
    const dismissed = this.#warm;
    this.#warm = [];
    for (const { instance, idle } of dismissed) {
      clearTimeout(idle);
      void this.#dismiss(instance);
    }
  }

  async #dismiss(instance: Instance): Promise<void> {
    await instance.kill();
    this.#instances.delete(instance);
  }
}

const READY: Ended = { ending: { kind: 'ready' }, durationMs: 0, memoryBytes: 0 };
