/** The command line as processes: started, killed as the kernel does it, started again with the same words. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '../../lib/core/task.ts';
import { type Ended, startCommand, taskFile } from '../../test/support/command.ts';
import type { Migration } from '../../test/support/migration.ts';
import type { Dice } from './dice.ts';
import { MemoryWatch } from './memory.ts';

/** A life ends after so many requests to the target: also on a busy machine a process dies at work, not while it starts. */
const LIFE_REQUESTS = { from: 10, to: 1_000 } as const;
const LOOK_EVERY_MS = 20;
/** A command that fails at once is not tried again at once. */
const PAUSE_AFTER_ERROR_MS = 300;

export class Lives {
  kills = 0;
  /** Ended with an error: the storm may keep even the preflight from succeeding. */
  errors = 0;
  /** Of the process that lived longest. */
  samplesMib: readonly number[] = [];
  private readonly m: Migration;
  private readonly dice: Dice;

  constructor(m: Migration, dice: Dice) {
    this.m = m;
    this.dice = dice;
  }

  /** Runs the task until it has ended, or `untilMs` has come; until `calmFromMs` each life is cut short. */
  async run(task: Task, times: { calmFromMs: number; untilMs: number }): Promise<Ended | undefined> {
    const file = await taskFile(this.m, task);
    while (performance.now() < times.untilMs) {
      const requests = this.dice.between(LIFE_REQUESTS.from, LIFE_REQUESTS.to);
      const diesEarly = performance.now() < times.calmFromMs;
      const ended = await this.live(file, diesEarly ? requests : Infinity, times.untilMs);
      if (ended?.status === 0 || ended?.status === 2) return ended;
      if (ended !== undefined) {
        this.errors++;
        await sleep(PAUSE_AFTER_ERROR_MS);
      }
    }
    return undefined;
  }

  /** Undefined: killed at its time. */
  private async live(file: string, requests: number, untilMs: number): Promise<Ended | undefined> {
    const { child, ended } = startCommand(this.m, 'migrate', file, '--json');
    const memory = new MemoryWatch(child.pid ?? 0);
    const over = new AbortController();
    const first = await Promise.race([ended, this.death(requests, untilMs, over.signal)]);
    over.abort();
    if (first === undefined) {
      child.kill('SIGKILL');
      this.kills++;
    }
    await ended;
    memory.stop();
    if (memory.samplesMib.length > this.samplesMib.length) this.samplesMib = memory.samplesMib;
    return first;
  }

  /** Resolves when the process is to die. */
  private async death(requests: number, untilMs: number, over: AbortSignal): Promise<undefined> {
    const dueRequests = this.m.cos.requestTotal() + requests;
    while (!over.aborted && performance.now() < untilMs && this.m.cos.requestTotal() < dueRequests)
      await sleep(LOOK_EVERY_MS);
  }

  /** `pause`, `resume`: the storm may keep it from succeeding, so it is said a few times. */
  async say(command: 'pause' | 'resume', task: Task): Promise<boolean> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { status } = await startCommand(this.m, command, await taskFile(this.m, task)).ended;
      if (status === 0) return true;
    }
    return false;
  }
}
