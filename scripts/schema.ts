/** `npm run schema`: writes task.schema.json and the tables of the README from the code they describe. */
import { readFile, writeFile } from 'node:fs/promises';
import { generatedReadme, schemaText } from './schema/generate.ts';

await writeFile('task.schema.json', schemaText());
await writeFile('README.md', await generatedReadme(await readFile('README.md', 'utf8')));
