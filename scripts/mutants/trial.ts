/** Makes one mistake in a workplace, runs the tests that should notice, and takes the mistake back. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { type Mutant, mutated } from './mutant.ts';
import { runTests, type Verdict } from './tests.ts';
import type { Workplace } from './workplace.ts';

/** Ten times what the slowest takes on a quiet machine. */
const TRIAL_MS_MAX = 180_000;

/** Tests that fail anyway catch nothing: all of them must pass on the code as it is. */
export async function requireGreen(workplace: Workplace, mutants: readonly Mutant[]): Promise<void> {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  const verdict = await runTests(workplace.folder, files, files.length * TRIAL_MS_MAX);
  if (verdict.kind === 'passed') return;
  const what = verdict.kind === 'hung' ? 'they do not end' : verdict.test;
  throw new Error(`the tests fail without any mutant, so they can tell nothing: ${what}`);
}

/** Throws where the list is out of date, or what it makes is no TypeScript. */
export async function requireCurrent(mutants: readonly Mutant[]): Promise<void> {
  for (const mutant of mutants) {
    const code = mutated(mutant, await readFile(mutant.file, 'utf8'));
    await transform(code, { loader: 'ts', logLevel: 'silent' }).catch((error: unknown) => {
      throw new Error(`mutant ${mutant.name} is no TypeScript: ${String(error)}`);
    });
    for (const file of mutant.tests) await readFile(file);
  }
}

export async function tryMutant(workplace: Workplace, mutant: Mutant): Promise<Verdict> {
  const path = join(workplace.folder, mutant.file);
  const original = await readFile(path, 'utf8');
  await writeFile(path, mutated(mutant, original));
  try {
    // One file after the other: most mutants are caught by the first, and the fastest.
    for (const file of mutant.tests) {
      const verdict = await runTests(workplace.folder, [file], TRIAL_MS_MAX);
      if (verdict.kind !== 'passed') return verdict;
    }
    return { kind: 'passed' };
  } finally {
    await writeFile(path, original);
  }
}
