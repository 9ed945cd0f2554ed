/**
 * `npm run soak`: the built command line through a night of bad network in minutes. `-- --minutes N` and `--seed N`
 * change how long and which; where the machine allows, a shorter round follows on a lossy network of its own.
 */
import { runSoak } from './soak/main.ts';

process.exitCode = await runSoak(process.argv.slice(2));
