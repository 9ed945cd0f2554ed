/** One soak: a storm over real sockets with deaths and a moving source, then healing, a retry, and the comparison. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../lib/core/report.ts';
import type { Task } from '../../lib/core/task.ts';
import { type Migration, openMigration, TARGET } from '../../test/support/migration.ts';
import { Dice } from './dice.ts';
import { Storm } from './faults.ts';
import { finalProblems, reportProblems, retryFailed, versionProblems } from './final.ts';
import { Lives } from './lives.ts';
import { isFlat, type MemoryFigures, memoryFigures } from './memory.ts';
import { MovingSource } from './source.ts';

/** To each store: slow enough that the storm meets every moment of a task. */
const REQUESTS_PER_SECOND = 400;
const OBJECTS_MAX = 8_000;
/** The last part of the storm kills nobody: one process lives long enough to judge its memory. */
const CALM_PART = 0.35;
const DISTURB_EVERY_MS = 250;
/** Parts of the storm: while there is much to copy. */
const THROTTLE = { from: 0.1, to: 0.2 } as const;
/** After the storm a task of this size ends within seconds; what takes longer hangs. */
const HEALED_MS_MAX = 120_000;

export interface SoakResult {
  /** Nothing is wrong where this is empty. */
  readonly problems: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly errors: number;
  readonly pauses: number;
  readonly tasks: number;
  readonly objects: number;
  readonly changes: number;
  readonly removals: number;
  readonly sourceBytes: number;
  readonly bytesRead: number;
  readonly memory: MemoryFigures;
  /** Uploads that a death left behind: a lifecycle rule removes them. */
  readonly uploadsLeft: number;
}

export async function soak(options: {
  readonly stormMs: number;
  readonly seed: number;
}): Promise<SoakResult> {
  const m = await openMigration();
  try {
    return await new Soak(m, options).run();
  } finally {
    await m.close();
  }
}

class Soak {
  private readonly m: Migration;
  private readonly stormMs: number;
  private readonly source: MovingSource;
  private readonly lives: Lives;
  private readonly problems: string[] = [];
  private tasks = 0;
  private pauses = 0;
  private task: Task;

  constructor(m: Migration, { stormMs, seed }: { readonly stormMs: number; readonly seed: number }) {
    this.m = m;
    this.stormMs = stormMs;
    this.source = new MovingSource(m, new Dice(seed));
    this.lives = new Lives(m, new Dice(seed + 1));
    this.task = this.nextTask();
  }

  async run(): Promise<SoakResult> {
    const objects = Math.min(OBJECTS_MAX, Math.round((this.stormMs / 1_000) * REQUESTS_PER_SECOND * 0.4));
    await this.source.fill(objects);
    const storm = new Storm(this.m);
    const over = new AbortController();
    const disturbing = this.disturb(over.signal);
    await Promise.all([this.weather(), this.interrupt(), this.throttle(storm)]);
    over.abort();
    await disturbing;
    storm.heal();
    await this.heal();
    const { bytesRead } = this.source;
    const uploadsLeft = this.m.cos.uploads(TARGET).length;
    this.problems.push(
      ...versionProblems(this.m, this.source),
      ...(await finalProblems(this.m, this.source)),
    );
    const memory = memoryFigures(this.lives.samplesMib);
    if (!isFlat(memory))
      this.problems.push(`memory grew by ${String(memory.growthMib)} MiB after the warm-up`);
    const { kills, errors } = this.lives;
    const { changes, removals, bytes: sourceBytes } = this.source;
    const { problems, tasks, pauses } = this;
    const done = {
      kills,
      errors,
      pauses,
      tasks,
      changes,
      removals,
      sourceBytes,
      bytesRead,
      memory,
      uploadsLeft,
    };
    return { ...done, problems, objects: this.source.versions.size, faults: storm.counts };
  }

  /** Task after task until the time is over. */
  private async weather(): Promise<void> {
    const startedAtMs = performance.now();
    const times = {
      calmFromMs: startedAtMs + this.stormMs * (1 - CALM_PART),
      untilMs: startedAtMs + this.stormMs,
    };
    for (;;) {
      const ended = await this.lives.run(this.task, times);
      if (ended === undefined) return;
      this.problems.push(...reportProblems(this.task.taskId, JSON.parse(ended.stdout) as Report));
      this.task = this.nextTask();
    }
  }

  /** A pause and a resume from elsewhere, while processes die. */
  private async interrupt(): Promise<void> {
    await sleep(this.stormMs * 0.3);
    const { task } = this;
    if (await this.lives.say('pause', task)) this.pauses++;
    await sleep(this.stormMs * 0.1);
    await this.lives.say('resume', task);
  }

  /** Both stores refuse half of all requests for a while. */
  private async throttle(storm: Storm): Promise<void> {
    await sleep(this.stormMs * THROTTLE.from);
    const end = storm.throttle();
    await sleep(this.stormMs * (THROTTLE.to - THROTTLE.from));
    end();
  }

  private async disturb(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(DISTURB_EVERY_MS);
      await this.source.disturb();
    }
  }

  /** The same command once more, with no fault left, and what failed is retried. */
  private async heal(): Promise<void> {
    await this.lives.say('resume', this.task);
    const nowMs = performance.now();
    const ended = await this.lives.run(this.task, { calmFromMs: nowMs, untilMs: nowMs + HEALED_MS_MAX });
    if (ended === undefined) {
      this.problems.push(
        `${this.task.taskId} did not end within ${String(HEALED_MS_MAX)} ms after the storm`,
      );
      return;
    }
    const report = JSON.parse(ended.stdout) as Report;
    this.problems.push(...reportProblems(this.task.taskId, report));
    this.problems.push(...(await retryFailed(this.m, this.task, report)));
  }

  private nextTask(): Task {
    this.tasks++;
    const limits = { requestsPerSecond: REQUESTS_PER_SECOND };
    return this.m.task({ taskId: `soak-${String(this.tasks)}`, limits });
  }
}
