/**
 * `npm run mutants`: breaks the code on purpose, one way at a time, and asks the tests whether they notice.
 * `-- --only NAME` (a part of a name will do) and `--jobs N` choose what runs, and how much of it at once.
 */
import { runMutants } from './mutants/main.ts';

process.exitCode = await runMutants(process.argv.slice(2));
