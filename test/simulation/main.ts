/**
 * Many seeds, side by side on all cores: `npm run simulate -- --seeds 20000 --from 1 --jobs 2`. Ends with 1 where a seed
 * broke what must always hold; each says how to replay it.
 */
import './in-step.ts';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** One seed, as a worker tells of it. */
interface Told {
  readonly seed: number;
  readonly findings: readonly string[];
  readonly excused: boolean;
  readonly counts: readonly (readonly [string, number])[];
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** Of a worker: every how many seeds is its own, from `from` on. */
    every: { type: 'string' },
  },
});
const [from, seeds, jobs] = [whole('from'), whole('seeds'), whole('jobs')];
if (values.every === undefined) await lead();
else await work(Number(values.every));

function whole(name: 'from' | 'seeds' | 'jobs'): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} wants a whole number above 0`);
}

async function work(every: number): Promise<void> {
  // Loaded after ./in-step.ts has done its work, also where both are bundled.
  const [{ runSeed }, { scenarioOf }] = [await import('./run-seed.ts'), await import('./scenario.ts')];
  for (let seed = from; seed < from + seeds; seed += every) {
    const { findings, excused, counts } = await runSeed(scenarioOf(seed));
    process.send?.({ seed, findings, excused: excused > 0, counts: [...counts] } satisfies Told);
  }
  process.disconnect();
}

async function lead(): Promise<void> {
  const startedAtMs = performance.now();
  const counts = new Map<string, number>();
  let [run, broken, excused] = [0, 0, 0];
  const hear = (told: Told) => {
    run++;
    if (told.excused) excused++;
    for (const [what, count] of told.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    if (told.findings.length === 0) return;
    broken++;
    say(`seed ${String(told.seed)} broke what must always hold:\n  - ${told.findings.join('\n  - ')}`);
    say(
      `  replay: SIMULATION_SEEDS=1 SIMULATION_SEED=${String(told.seed)} npx vitest run test/simulation/simulation.test.ts`,
    );
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, (_, i) => worker(i, hear)));
  const seconds = (performance.now() - startedAtMs) / 1_000;
  for (const [what, count] of [...counts].sort((a, b) => b[1] - a[1]))
    say(`${String(count).padStart(9)}  ${what}`);
  say(
    `${String(run)} seeds from ${String(from)}, ${(run / seconds).toFixed(0)} a second, ${String(broken)} broken, ${String(excused)} excused`,
  );
  if (broken > 0 || run < seeds) process.exitCode = 1;
}

/** A process of its own, that runs every so many seeds. */
async function worker(index: number, hear: (told: Told) => void): Promise<void> {
  const own = { from: from + index, seeds: seeds - index, every: Math.min(jobs, seeds) };
  const args = Object.entries(own).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = fork(fileURLToPath(import.meta.url), args);
  child.on('message', (told) => {
    hear(told as Told);
  });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) say(`a worker ended with ${String(status)}: some of its seeds were not run`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
