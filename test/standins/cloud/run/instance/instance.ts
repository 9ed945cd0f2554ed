/** One instance of a function: a process that takes one event at a time and is frozen in between. */
import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import type { DeployedFunction } from '../../runtime.ts';
import { contextOf, credentialsOf, environmentOf, type Folders } from '../environment.ts';
import { deferred, type Deferred } from './deferred.ts';
import { Output } from './output.ts';
import { residentBytes, signalGroup, spawnInstance } from './process.ts';
import type { EventCall, Report } from './wire.ts';

const MEMORY_CHECK_MS = 100;

export type KillReason = 'overtime' | 'overweight' | 'dismissed';
export type Ending =
  Report | { readonly kind: 'exited'; readonly how: string } | { readonly kind: KillReason };

export interface Ended {
  readonly ending: Ending;
  readonly durationMs: number;
  readonly memoryBytes: number;
}

export interface InstanceOptions {
  readonly fn: DeployedFunction;
  readonly program: string;
  readonly folders: Folders;
  readonly onLine: (requestId: string, line: string) => void;
}

export class Instance {
  readonly #fn: DeployedFunction;
  readonly #folders: Folders;
  readonly #child: ChildProcess;
  readonly #output: Output;
  readonly #gone = deferred<undefined>();
  #awaited: Deferred<Ending> = deferred();
  #killedFor: KillReason | undefined;
  #memoryBytes = 0;
  isGone = false;

  constructor({ fn, program, folders, onLine }: InstanceOptions) {
    this.#fn = fn;
    this.#folders = folders;
    const args = [folders.code, fn.handler];
    this.#child = spawnInstance({
      program,
      args,
      cwd: folders.code,
      environment: environmentOf(fn, folders),
    });
    const streams = [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null);
    this.#output = new Output(streams, onLine);
    this.#child.on('message', (report: Report) => this.#awaited.resolve(report));
    this.#child.once('error', (error) => this.#end(error.message));
    this.#child.once('exit', () => this.#signal('SIGKILL')); // what it started holds its pipes open
    this.#child.once('close', (code, signal) => this.#end(`exit code ${code ?? signal ?? 'unknown'}`));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Waits until the code is loaded. */
  async load(requestId: string, limitMs: number): Promise<Ended> {
    this.#output.begin(requestId);
    return this.#until(limitMs, () => undefined);
  }

  /** Answers, or says how the event ended instead. `fn` may hold another key of its role than at the start. */
  async run(
    fn: DeployedFunction,
    { requestId, event, limitMs }: { requestId: string; event: string; limitMs: number },
  ): Promise<Ended> {
    const context = contextOf(fn, requestId);
    const call: EventCall = { requestId, event, context, credentials: credentialsOf(fn) };
    this.#output.begin(requestId);
    const ended = await this.#until(limitMs, () => {
      this.#signal('SIGCONT');
      if (this.#child.connected) this.#child.send(call, () => undefined);
    });
    await this.#output.ended();
    return ended;
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  /** Resolves when the process is gone and its folder with it. */
  async kill(reason: KillReason = 'dismissed'): Promise<void> {
    this.#killedFor ??= reason;
    this.#signal('SIGKILL');
    await this.#gone.promise;
    await rm(this.#folders.temporary, { recursive: true, force: true, maxRetries: 3 });
  }

  async #until(limitMs: number, begin: () => void): Promise<Ended> {
    const startedMs = performance.now();
    this.#memoryBytes = 0;
    if (!this.isGone) this.#awaited = deferred();
    const limit = setTimeout(() => void this.kill('overtime'), limitMs);
    const watch = setInterval(() => this.#weigh(), MEMORY_CHECK_MS);
    if (!this.isGone) begin();
    const ending = await this.#awaited.promise;
    clearTimeout(limit);
    clearInterval(watch);
    const durationMs = Math.max(1, Math.round(performance.now() - startedMs));
    this.#memoryBytes = Math.max(this.#memoryBytes, residentBytes(this.#child));
    return { ending, durationMs, memoryBytes: this.#memoryBytes };
  }

  #signal(signal: Parameters<typeof signalGroup>[1]): void {
    if (!this.isGone) signalGroup(this.#child, signal);
  }

  #weigh(): void {
    this.#memoryBytes = Math.max(this.#memoryBytes, residentBytes(this.#child));
    if (this.#memoryBytes > this.#fn.memoryMb * 2 ** 20) void this.kill('overweight');
  }

  #end(how: string): void {
    const ending: Ending =
      this.#killedFor === undefined ? { kind: 'exited', how } : { kind: this.#killedFor };
    this.isGone = true;
    this.#awaited.resolve(ending);
    this.#awaited = deferred();
    this.#awaited.resolve(ending);
    this.#gone.resolve(undefined);
  }
}
