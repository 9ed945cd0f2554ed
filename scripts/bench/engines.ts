/**
 * One task in one process, and through Kafka and MariaDB: what it took, beside what the model of docs/scale.md says. The
 * model's figures of this machine (CPU an object, how much of a core a copier gets) are those of a smaller task a moment
 * before.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { KiB } from '../../lib/core/bytes.ts';
import { type Costs, MEASURED } from '../model/costs.ts';
import { DEFAULT_SCALE, predict, type Prediction } from '../model/model.ts';
import { child } from './child.ts';
import { clusterRun } from './cluster-run.ts';
import { type Engines, startEngines } from './engine-counts.ts';
import { type BenchServers, startServers } from './servers.ts';

const OBJECT_BYTES = 4 * KiB;
/** The stand-ins', which hold no copier up. */
const HERE = { latencyMs: 1, bytesPerSecond: 1e12, listMs: 5, listings: 64 };

type Counts = Readonly<Record<string, number>>;

interface Run {
  readonly objects: number;
  readonly seconds: number;
  /** One process does everything in its copier. */
  readonly cpuSeconds: { readonly copy: number; readonly control: number };
  readonly copiers: number;
  readonly counts: Counts;
}

export async function runEnginesBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      objects: { type: 'string', default: '100000' },
      'costs-from': { type: 'string', default: '50000' },
      partitions: { type: 'string', default: '2' },
      json: { type: 'string' },
    },
  });
  const bench = await Bench.start(Number(values.partitions));
  try {
    const [objects, few] = [Number(values.objects), Number(values['costs-from'])];
    const alone = { before: await bench.alone(few), run: await bench.alone(objects) };
    const cluster = { before: await bench.cluster(few), run: await bench.cluster(objects) };
    process.stdout.write(table('one process', alone) + table('Kafka and MariaDB', cluster));
    if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ alone, cluster }, null, 2));
  } finally {
    await bench.stop();
  }
}

class Bench {
  private readonly servers: BenchServers;
  private readonly engines: Engines;
  private readonly partitions: number;
  private tasks = 0;

  private constructor(servers: BenchServers, engines: Engines, partitions: number) {
    this.servers = servers;
    this.engines = engines;
    this.partitions = partitions;
  }

  static async start(partitions: number): Promise<Bench> {
    return new Bench(await startServers(), await startEngines(partitions), partitions);
  }

  async stop(): Promise<void> {
    await this.engines.stop();
    await this.servers.close();
  }

  async alone(objects: number): Promise<Run> {
    process.stderr.write(`one process: ${String(objects)} objects\n`);
    const before = await this.requests();
    const cost = await child('ours', this.servers, bucketOf(objects));
    const counts = difference(await this.requests(), before);
    return { ...cost, cpuSeconds: { copy: cost.cpuSeconds, control: 0 }, copiers: 1, counts };
  }

  async cluster(objects: number): Promise<Run> {
    const { servers, engines, partitions } = this;
    process.stderr.write(`Kafka and MariaDB: ${String(objects)} objects, ${String(partitions)} partitions\n`);
    const taskId = `bench-${String(this.tasks++)}`;
    const before = { ...(await this.requests()), ...(await engines.counts()) };
    const run = await clusterRun(servers, engines, { taskId, bucket: bucketOf(objects), partitions });
    const after = { ...(await this.requests()), ...(await engines.counts()) };
    return { ...run, copiers: partitions, counts: difference(after, before) };
  }

  private async requests(): Promise<Counts> {
    const [source, sink] = await Promise.all([this.servers.source.done(), this.servers.sink.done()]);
    const { LIST = 0, GET = 0 } = source.requests;
    const { PUT = 0, state = 0 } = sink.requests;
    return { LIST, GET, PUT, 'of state': state };
  }
}

function bucketOf(objects: number): string {
  return `small${String(OBJECT_BYTES / KiB)}k-${String(objects)}`;
}

function difference(after: Counts, before: Counts): Counts {
  return Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
  );
}

/** What the model says of a run, from the costs of the one before. */
function prediction({ objects, copiers }: Run, before: Run): Prediction {
  const segments = before.objects / 1000;
  const costs: Costs = {
    ...MEASURED,
    copyCpuMsPerObject: (before.cpuSeconds.copy / before.objects) * 1000,
    copyCpuSecondsPerGib: 0, // in the line above
    controlCpuMsPerSegment: (before.cpuSeconds.control / segments) * 1000,
  };
  const cpuShare = before.cpuSeconds.copy / before.seconds / copiers;
  const scale = { ...DEFAULT_SCALE, ...HERE, objects, bytes: objects * OBJECT_BYTES };
  return predict({ ...scale, partitions: copiers, cpuShare }, costs);
}

function table(name: string, { run, before }: { readonly run: Run; readonly before: Run }): string {
  const { seconds, requests, messages, rows, statements } = prediction(run, before);
  const modelled: Counts = {
    ...{ LIST: requests.list, GET: requests.get, PUT: requests.put, 'of state': requests.state },
    ...{ 'messages of segments': messages.segments, 'messages of results': messages.results },
    ...{ 'rows of segments': rows.segments, statements },
  };
  const lines = Object.entries(modelled).flatMap(([what, model]) => {
    const measured = run.counts[what];
    return measured === undefined ? [] : [line(what, measured, model)];
  });
  return `${rate(name, before)}${rate(name, run)}${line('seconds', run.seconds, seconds.all)}${lines.join('')}\n`;
}

function rate(name: string, { objects, seconds, cpuSeconds: { copy, control } }: Run): string {
  return (
    `${name}, ${objects.toLocaleString('en')} objects: ${(objects / seconds).toFixed(0)} objects/s in ${seconds.toFixed(1)} s, ` +
    `CPU ms/object ${((copy / objects) * 1000).toFixed(3)} of copiers, ${((control / objects) * 1000).toFixed(3)} of planner and reporter\n`
  );
}

function line(what: string, measured: number, model: number): string {
  const [a, b] = [measured, model].map((count) =>
    count.toLocaleString('en', { maximumFractionDigits: count < 1000 ? 1 : 0 }).padStart(12),
  );
  const percent = `${((model / measured - 1) * 100).toFixed(1)} %`;
  return `  ${what.padEnd(22)} measured ${a ?? ''}   model ${b ?? ''}   ${percent.padStart(8)}\n`;
}
