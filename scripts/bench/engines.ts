/** What a migration costs through the engines of the cloud: rate, CPU, messages and SQL statements. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isFinal, type Report } from '../../lib/core/report.ts';
import { child } from './child.ts';
import type { Cost } from './cost.ts';
import { type Engines, startEngines } from './engine-counts.ts';
import { type BenchServers, startServers } from './servers.ts';

const CLI = fileURLToPath(new URL('oss2cos.js', import.meta.url));
const CREDENTIALS = {
  OSS_ACCESS_KEY_ID: 'nobody',
  OSS_ACCESS_KEY_SECRET: 'checks-this',
  COS_SECRET_ID: 'nobody',
  COS_SECRET_KEY: 'checks-this',
};
/** A run that takes longer has hung. */
const RUN_MS_MAX = 20 * 60_000;
const STATUS_EVERY_MS = 2_000;
/** `utime` and `stime` count in these (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

interface EnginesCost extends Omit<Cost, 'rssBytesMax'> {
  readonly messages: Readonly<Record<string, number>>;
  readonly statements: number;
}

export async function runEnginesBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      objects: { type: 'string', default: '100000' },
      partitions: { type: 'string', default: '2' },
      json: { type: 'string' },
    },
  });
  const bucket = `small4k-${values.objects}`;
  const servers = await startServers();
  const engines = await startEngines(Number(values.partitions));
  try {
    process.stderr.write(`one process: ${values.objects} objects\n`);
    const alone = await child('ours', servers, bucket);
    process.stderr.write(`Kafka and MariaDB: ${values.objects} objects, ${values.partitions} partitions\n`);
    const cluster = await clusterRun(servers, engines, bucket, Number(values.partitions));
    process.stdout.write(table(alone, cluster));
    if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ alone, cluster }, null, 2));
  } finally {
    await engines.stop();
    await servers.close();
  }
}

/** One copy worker a partition, as one function would serve it; one more for planner and reporter. */
async function clusterRun(
  servers: BenchServers,
  engines: Engines,
  bucket: string,
  partitions: number,
): Promise<EnginesCost> {
  const env = { ...process.env, ...CREDENTIALS, ...engines.env };
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-bench-'));
  const start = (...args: string[]) =>
    spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const workers = [
    start('worker', '--roles', 'planner,reporter'),
    ...Array.from({ length: partitions }, () => start('worker')),
  ];
  try {
    const taskFile = join(folder, 'task.json');
    await writeFile(taskFile, JSON.stringify(taskOf(servers, bucket)));
    const before = await engines.counts();
    await succeeded(start('start', taskFile, '--state-dir', folder));
    const report = await finalReport(start, taskFile, folder);
    const after = await engines.counts();
    return {
      objects: report.objects.copied,
      bytes: report.bytes.copied,
      seconds: await engines.workedSeconds(report.taskId),
      cpuSeconds: await cpuSecondsOf(workers),
      messages: Object.fromEntries(
        Object.entries(after.messages).map(([topic, sent]) => [topic, sent - (before.messages[topic] ?? 0)]),
      ),
      statements: after.statements - before.statements,
    };
  } finally {
    await Promise.all(workers.map(stopped));
    await rm(folder, { recursive: true });
  }
}

function taskOf({ source, sink }: BenchServers, bucket: string) {
  return {
    taskId: 'bench-engines',
    source: { bucket, region: 'oss-cn-hangzhou', endpoint: `http://127.0.0.1:${String(source.port)}` },
    target: {
      bucket: 'engines-1250000000',
      region: 'ap-guangzhou',
      endpoint: `http://127.0.0.1:${String(sink.port)}`,
    },
  };
}

async function finalReport(
  start: (...args: string[]) => ChildProcess,
  taskFile: string,
  folder: string,
): Promise<Report> {
  const untilMs = performance.now() + RUN_MS_MAX;
  while (performance.now() < untilMs) {
    await setTimeout(STATUS_EVERY_MS);
    const output = await outputOf(start('status', taskFile, '--state-dir', folder, '--json'));
    const report = output.startsWith('{') ? (JSON.parse(output) as Report) : undefined;
    if (report !== undefined && isFinal(report)) {
      if (report.status !== 'succeeded') throw new Error(`the task ended as ${report.status}`);
      return report;
    }
  }
  throw new Error(`the task did not end within ${String(RUN_MS_MAX / 1000)} s`);
}

async function outputOf(process_: ChildProcess): Promise<string> {
  let output = '';
  process_.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(process_, 'close');
  return output;
}

async function succeeded(process_: ChildProcess): Promise<void> {
  const [status] = (await once(process_, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${process_.spawnargs.join(' ')} ended with status ${String(status)}`);
}

async function stopped(process_: ChildProcess): Promise<void> {
  if (process_.exitCode !== null) return;
  const exit = once(process_, 'exit');
  process_.kill('SIGTERM');
  await exit;
}

/** Of the processes so far (Linux). */
async function cpuSecondsOf(processes: readonly ChildProcess[]): Promise<number> {
  const each = processes.map(async ({ pid }) => {
    const fields = (await readFile(`/proc/${String(pid)}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  });
  return (await Promise.all(each)).reduce((a, b) => a + b, 0);
}

function table(alone: Cost, cluster: EnginesCost): string {
  const row = (name: string, { objects, seconds, cpuSeconds }: Omit<Cost, 'rssBytesMax'>) =>
    `${name.padEnd(18)} ${(objects / seconds).toFixed(0).padStart(8)} objects/s  ` +
    `${((cpuSeconds / objects) * 1000).toFixed(3)} CPU ms/object  ${seconds.toFixed(1)} s\n`;
  const perMillion = (count: number) => Math.round((count / cluster.objects) * 1e6).toLocaleString('en');
  const messages = Object.entries(cluster.messages)
    .map(([topic, count]) => `${perMillion(count)} ${topic}`)
    .join(', ');
  return (
    row('one process', alone) +
    row('Kafka and MariaDB', cluster) +
    `A million objects: messages ${messages}; ${perMillion(cluster.statements)} SQL statements.\n`
  );
}
