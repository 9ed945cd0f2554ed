/** A deliberate mistake: one place in the code, what stands there instead, and the tests that should notice. */

export interface Mutant {
  readonly name: string;
  /** The file it is made in. */
  readonly file: string;
  /** Stands in the file exactly once; short, so that it lives longer. */
  readonly find: string;
  readonly replace: string;
  /** One sentence: what goes wrong. */
  readonly breaks: string;
  /** Test files that should fail: few and fast, so that a mutant costs seconds. */
  readonly tests: readonly string[];
}

/** The file's text with the mistake in it; throws where the list is older than the code. */
export function mutated({ name, file, find, replace }: Mutant, text: string): string {
  const places = text.split(find).length - 1;
  if (places !== 1) {
    throw new Error(
      `mutant ${name} is out of date: ${JSON.stringify(find)} stands ${String(places)} times in ${file}, not once; mend it in scripts/mutants/list/`,
    );
  }
  return text.replace(find, () => replace);
}

export const SIMULATION = 'test/simulation/simulation.test.ts';
