/** What a piece of work costs: wall time, CPU time and peak memory of this process. */

export interface Cost {
  readonly objects: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssBytesMax: number;
}

export async function measured(work: () => Promise<{ objects: number; bytes: number }>): Promise<Cost> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const done = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    ...done,
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
    rssBytesMax: process.resourceUsage().maxRSS * 1024,
  };
}
