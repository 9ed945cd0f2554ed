/** `npm run bench`: oss2cos end to end against the SDKs in a loop and rclone, on the same servers, in one run. `-- --json FILE` writes the figures too. */
import { runBench } from './bench/main.ts';
import { runOurs } from './bench/ours.ts';
import { runSdks } from './bench/sdks.ts';

const [role, ...rest] = process.argv.slice(2);
const [sourcePort = '', sinkPort = '', bucket = ''] = rest;
if (role === 'ours') await runOurs(sourcePort, sinkPort, bucket);
else if (role === 'sdks') await runSdks(sourcePort, sinkPort, bucket);
else await runBench(process.argv.slice(2));
