/** Tries the mutants, a few side by side, and says which of them nobody noticed. */
import { parseArgs } from 'node:util';
import { MUTANTS } from './list.ts';
import type { Mutant } from './mutant.ts';
import type { Verdict } from './tests.ts';
import { requireCurrent, requireGreen, tryMutant } from './trial.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** `--only`: parts of names, between commas; `--in`: part of the file's path. */
const OPTIONS = {
  only: { type: 'string', default: '' },
  in: { type: 'string', default: '' },
  jobs: { type: 'string', default: '2' },
} as const;
const JOBS_MAX = 64;

/** Answers the exit status: 1 when a mutant survives, or cannot be tried. */
export async function runMutants(args: readonly string[]): Promise<number> {
  try {
    const { only, folder, jobs } = settings(args);
    const chosen = MUTANTS.filter(
      ({ name, file }) => only.split(',').some((part) => name.includes(part)) && file.includes(folder),
    );
    if (chosen.length === 0) throw new Error(`no mutant is called ${only} in ${folder}`);
    await requireCurrent(chosen);
    return await inWorkplaces(Math.min(jobs, chosen.length), (places) => tryAll(chosen, places));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function settings(args: readonly string[]): { only: string; folder: string; jobs: number } {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > JOBS_MAX)
    throw new Error(`--jobs wants a number from 1 to ${String(JOBS_MAX)}`);
  return { only: values.only, folder: values.in, jobs };
}

async function inWorkplaces<T>(
  count: number,
  work: (places: readonly Workplace[]) => Promise<T>,
): Promise<T> {
  const places: Workplace[] = [];
  try {
    while (places.length < count) places.push(await openWorkplace());
    return await work(places);
  } finally {
    await Promise.all(places.map((place) => place.remove()));
  }
}

async function tryAll(mutants: readonly Mutant[], places: readonly Workplace[]): Promise<number> {
  const [first] = places;
  if (first !== undefined) await requireGreen(first, mutants);
  const left = [...mutants];
  const survivors: string[] = [];
  await Promise.all(
    places.map(async (place) => {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        const startedAtMs = performance.now();
        const verdict = await tryMutant(place, mutant);
        say(line(mutant, verdict, (performance.now() - startedAtMs) / 1_000));
        if (verdict.kind === 'passed') survivors.push(mutant.name);
      }
    }),
  );
  say(`${String(mutants.length - survivors.length)} of ${String(mutants.length)} mutants caught`);
  if (survivors.length > 0) say(`survived: ${survivors.join(', ')}`);
  return survivors.length > 0 ? 1 : 0;
}

function line({ name, breaks }: Mutant, verdict: Verdict, seconds: number): string {
  const outcome = verdict.kind === 'passed' ? 'SURVIVED' : 'caught';
  const head = `${outcome.padEnd(9)}${name.padEnd(34)}${seconds.toFixed(1).padStart(5)} s  `;
  switch (verdict.kind) {
    case 'passed':
      return `${head}${breaks}`;
    case 'failed':
      return `${head}by: ${verdict.test}`;
    case 'hung':
      return `${head}by: the tests did not end`;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
