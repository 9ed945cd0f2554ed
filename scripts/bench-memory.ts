/**
 * `npm run bench:memory [-- --only JOB --memory-mb 256 --old-space-mb 140]`: each function's job under a cap, and the
 * most memory it had at once. The stores are other processes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatBytes, MiB } from '../lib/core/bytes.ts';
import { cap } from './bench/memory/cap.ts';
import type { Peaks } from './bench/memory/peaks.ts';

interface Job {
  readonly name: string;
  readonly what: string;
  readonly size: number;
  /** Program and arguments. */
  readonly source: readonly string[];
  readonly sink: readonly string[];
}

/** A target that takes 8 MB/s on each connection: slower than the source by far. */
const SLOW = ['bench-sink.js', '8000000'];
const STATE = ['bench-memory-state.js'];

const JOBS: readonly Job[] = [
  {
    ...{ name: 'copy', what: 'every kind of object, fast target', size: 1_000 },
    ...{ source: ['bench-source.js'], sink: ['bench-sink.js'] },
  },
  {
    ...{ name: 'copy', what: 'every kind of object, slow target', size: 1_000 },
    ...{ source: ['bench-source.js'], sink: SLOW },
  },
  {
    ...{ name: 'reporter-short', what: 'ten million failures', size: 10_000_000 },
    ...{ source: STATE, sink: STATE },
  },
  {
    ...{ name: 'reporter-long', what: 'a million failures of the longest keys', size: 1_000_000 },
    ...{ source: STATE, sink: STATE },
  },
  {
    ...{ name: 'planner-bucket', what: 'the longest keys', size: 500_000 },
    ...{ source: ['bench-listing-source.js', 'longest', '500000', '20'], sink: STATE },
  },
  {
    ...{ name: 'planner-list', what: 'a list of the longest keys', size: 500_000 },
    ...{ source: STATE, sink: STATE },
  },
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    'memory-mb': { type: 'string', default: '256' },
    'old-space-mb': { type: 'string', default: '140' },
  },
});
const memoryBytes = Number(values['memory-mb']) * MiB;

async function server([program = '', ...args]: readonly string[]): Promise<{ port: string; stop(): void }> {
  const child = spawn(process.execPath, [built(program), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: port.toString().trim(), stop: () => void child.stdin.end() };
}

function built(program: string): string {
  return fileURLToPath(new URL(program, import.meta.url));
}

async function run({ name, what, size, source, sink }: Job): Promise<void> {
  const [from, to] = await Promise.all([server(source), server(sink)]);
  const capped = await cap(`oss2cos-${String(process.pid)}`, memoryBytes);
  const flag = `--max-old-space-size=${values['old-space-mb']}`;
  const command = [
    process.execPath,
    flag,
    built('bench-memory-job.js'),
    name,
    from.port,
    to.port,
    String(size),
  ];
  const [program = '', ...args] = capped?.around(command) ?? command;
  const begunMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = await outputOf(child);
  from.stop();
  to.stop();
  await capped?.remove();
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(0);
  const title = `${name.padEnd(15)} ${what.padEnd(40)}`;
  if (output === '') {
    process.stdout.write(`${title} died (${child.signalCode ?? `status ${String(child.exitCode)}`})\n`);
    process.exitCode = 1;
    return;
  }
  const { done, rssBytes, heapBytes, bufferBytes } = JSON.parse(output) as Peaks & { done: string };
  const peaks = `RSS ${formatBytes(rssBytes)}, heap ${formatBytes(heapBytes)}, buffers ${formatBytes(bufferBytes)}`;
  const held = capped === undefined ? 'no cgroup' : `cgroup ${formatBytes(memoryBytes)}`;
  process.stdout.write(`${title} ${peaks}; ${held}; ${done}; ${seconds} s\n`);
  if (rssBytes > memoryBytes) process.exitCode = 1;
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return child.exitCode === 0 ? output : '';
}

for (const job of JOBS.filter(({ name }) => name.startsWith(values.only))) await run(job);
