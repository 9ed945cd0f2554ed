import { access, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { MUTANTS } from '../../scripts/mutants/list.ts';
import { mutated } from '../../scripts/mutants/mutant.ts';

it('every mutant finds its place in the code, once, and changes it', async () => {
  const problems: string[] = [];
  for (const mutant of MUTANTS) {
    try {
      const text = await readFile(mutant.file, 'utf8');
      if (mutated(mutant, text) === text) problems.push(`${mutant.name} changes nothing`);
      for (const test of mutant.tests) await access(test);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  expect(problems).toEqual([]);
});

it('no two mutants share a name', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

it('a mutant whose place is gone or no longer the only one is out of date', () => {
  const mutant = { name: 'm', file: 'f', find: 'a', replace: 'b', breaks: '', tests: [] };
  expect(mutated(mutant, 'xa')).toBe('xb');
  expect(() => mutated(mutant, 'x')).toThrow(/m is out of date.*0 times in f/);
  expect(() => mutated(mutant, 'aa')).toThrow(/2 times/);
});
