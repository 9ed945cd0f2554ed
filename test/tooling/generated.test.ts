import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generatedReadme, schemaText } from '../../scripts/schema/generate.ts';

it('task.schema.json is what the validator is made of (else: npm run schema)', async () => {
  expect(await readFile('task.schema.json', 'utf8')).toBe(schemaText());
});

it('the tables of the README are what the code says (else: npm run schema)', async () => {
  const readme = await readFile('README.md', 'utf8');
  expect(await generatedReadme(readme)).toBe(readme);
});
