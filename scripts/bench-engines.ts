/**
 * `npm run bench:engines`: one task through Kafka and MariaDB, worked off by processes of their own, beside the same
 * task in one process on the same servers. `-- --objects N --partitions N` change the task.
 */
import { runEnginesBench } from './bench/engines.ts';

await runEnginesBench(process.argv.slice(2));
