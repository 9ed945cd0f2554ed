/** Runs one contender in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cost } from './cost.ts';
import type { BenchServers } from './servers.ts';

/** The built program lies beside the calling one, as `bench-<role>.js`. */
export async function child(
  role: 'ours' | 'sdks',
  { source, sink }: BenchServers,
  bucket: string,
): Promise<Cost> {
  const program = fileURLToPath(new URL(`bench-${role}.js`, import.meta.url));
  const process_ = spawn(process.execPath, [program, String(source.port), String(sink.port), bucket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  process_.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [status] = (await once(process_, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${role} ended with status ${String(status)}`);
  return JSON.parse(output) as Cost;
}
