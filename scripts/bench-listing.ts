/**
 * `npm run bench:listing [-- SHAPES LATENCIES KEYS IN_FLIGHT]`: how fast a flat bucket is listed, serially, with 8 and 64 ranges side by side
 * in one process, and with 32 in each of two (`2x32`).
 * The serial rate is measured on fewer keys: it does not change with their number. Then the same in virtual time, where
 * only the calls take any: how well the work is divided, whatever the machine. Last, what a key costs in the hot paths
 * alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PAGE_KEYS } from '../lib/app/feed.ts';
import { hotPaths } from './bench/listing/hot-paths.ts';
import { type Listing, listBucket } from './bench/listing/run.ts';

interface Measured extends Listing {
  /** Of the process that answers the calls. */
  readonly sourceCpuSeconds: number;
}

const [
  shapes = 'hex,dates,decimal,uuid,prefix,unicode',
  latencies = '50,200',
  keysText = '10000000',
  inFlight = '8,64',
] = process.argv.slice(2);
/** So many ranges side by side in each of so many processes. */
interface Way {
  readonly processes: number;
  readonly ranges: number;
}

const SERIAL: Way = { processes: 1, ranges: 1 };
const WAYS = inFlight.split(',').map((text): Way => {
  const [first, second] = text.split('x').map(Number);
  return second === undefined
    ? { processes: 1, ranges: first ?? 1 }
    : { processes: first ?? 1, ranges: second };
});
const KEYS = Number(keysText);
const SERIAL_KEYS_MAX = 100_000;

async function measured(
  shape: string,
  keys: number,
  latencyMs: number,
  { processes, ranges }: Way,
): Promise<Measured> {
  const program = fileURLToPath(new URL('bench-listing-source.js', import.meta.url));
  const args = [program, shape, String(keys), String(latencyMs)];
  const source = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(source.stdout, 'data')) as [Buffer];
  try {
    const listing = await listBucket(Number(port.toString()), processes * ranges, processes);
    source.stdin.end();
    const [cpuSeconds] = (await once(source.stdout, 'data')) as [Buffer];
    return { ...listing, sourceCpuSeconds: Number(cpuSeconds.toString()) };
  } finally {
    source.stdin.end();
  }
}

function shown(
  name: string,
  { keys, ranges, calls, seconds, ...cpu }: Omit<Listing, 'cpuSeconds'> & Partial<Measured>,
  serialRate: number,
): void {
  const rate = keys / seconds;
  const extra = (calls / Math.ceil(keys / PAGE_KEYS) - 1) * 100;
  const figures = [
    `${String(keys)} keys, ${String(ranges)} ranges, ${String(calls)} calls (${extra.toFixed(1)} % extra)`,
    `${rate.toFixed(0)} keys/s, ${(rate / serialRate).toFixed(1)} x serial`,
    ...microsAKey(cpu.cpuSeconds, keys, 'CPU a key'),
    ...microsAKey(cpu.sourceCpuSeconds, keys, "the source's"),
  ];
  process.stdout.write(`${name}: ${figures.join(', ')}\n`);
}

function microsAKey(seconds: number | undefined, keys: number, what: string): string[] {
  return seconds === undefined ? [] : [`${((seconds / keys) * 1e6).toFixed(2)} µs ${what}`];
}

for (const latencyMs of latencies.split(',').map(Number)) {
  for (const shape of shapes.split(',')) {
    const name = (way: string) => `${String(latencyMs)} ms, ${shape}, ${way}`;
    const serial = await measured(shape, Math.min(KEYS, SERIAL_KEYS_MAX), latencyMs, SERIAL);
    const serialRate = serial.keys / serial.seconds;
    shown(name('serial'), serial, serialRate);
    for (const way of WAYS) {
      const { processes, ranges } = way;
      const planners = processes === 1 ? '' : `, ${String(processes)} processes`;
      const listed = await measured(shape, KEYS, latencyMs, way);
      shown(name(`${String(processes * ranges)} in flight${planners}`), listed, serialRate);
    }
  }
}

const virtual = fileURLToPath(new URL('bench-listing-virtual.js', import.meta.url));
for (const latencyMs of latencies.split(',')) {
  for (const shape of shapes.split(',')) {
    for (const parallelism of WAYS.flatMap(({ processes, ranges }) =>
      processes === 1 ? String(ranges) : [],
    )) {
      const run = spawn(process.execPath, [virtual, shape, String(KEYS), latencyMs, parallelism], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(run.stdout, 'data')) as [Buffer];
      const listing = JSON.parse(line.toString()) as Omit<Listing, 'cpuSeconds'>;
      const serialRate = (PAGE_KEYS * 1_000) / Number(latencyMs);
      const name = `virtual time, ${latencyMs} ms, ${shape}, ${parallelism} in flight`;
      shown(name, listing, serialRate);
    }
  }
}

// Not before the listings above: the engine learns from what is kept here, and would keep theirs as well.
for (const shape of shapes.split(',')) {
  const { parsing, manifest } = await hotPaths(shape);
  const figures = `parsing a page ${parsing.toFixed(2)}, writing a manifest ${manifest.toFixed(2)}`;
  process.stdout.write(`${shape}, alone: ${figures} µs CPU a key\n`);
}
