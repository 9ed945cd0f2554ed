/** `npm run bench`: oss2cos end to end against the SDKs in a loop and rclone, on the same servers, in one run. `-- --json FILE` writes the figures too. */
import { runBench } from './bench/main.ts';

await runBench(process.argv.slice(2));
