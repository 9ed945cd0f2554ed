/** Starts an instance's process, freezes it, says its pid and then waits to be killed. */
import { once } from 'node:events';
import { signalGroup, spawnInstance } from './instance/process.ts';

const [program = ''] = process.argv.slice(2);
const child = spawnInstance({ program, args: [], cwd: '/', environment: {} });
await once(child, 'message');
signalGroup(child, 'SIGSTOP');
process.stdout.write(`${String(child.pid)}\n`);
