/** The memory of a process, sampled from outside, and whether it stays flat. */
import { readFile } from 'node:fs/promises';

const SAMPLE_EVERY_MS = 200;
/** Pools fill and code is compiled in the first part of a life. */
const WARM_UP_PART = 0.4;
/** Fewer samples than this after the warm-up tell nothing. */
const SAMPLES_MIN = 20;
const GROWTH_MIB_MAX = 48;

export class MemoryWatch {
  readonly samplesMib: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.timer = setInterval(() => void this.sample(pid), SAMPLE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(pid: number): Promise<void> {
    const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
    const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
    if (kib !== undefined) this.samplesMib.push(Number(kib) / 1024);
  }
}

export interface MemoryFigures {
  readonly maxMib: number;
  /** From the first to the last third after the warm-up; undefined where the life was too short to tell. */
  readonly growthMib: number | undefined;
}

export function memoryFigures(samplesMib: readonly number[]): MemoryFigures {
  const warm = samplesMib.slice(Math.floor(samplesMib.length * WARM_UP_PART));
  const third = Math.floor(warm.length / 3);
  const growthMib =
    warm.length < SAMPLES_MIN ? undefined : median(warm.slice(-third)) - median(warm.slice(0, third));
  return { maxMib: Math.max(0, ...samplesMib), growthMib };
}

export function isFlat({ growthMib }: MemoryFigures): boolean {
  return growthMib === undefined || growthMib <= GROWTH_MIB_MAX;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
