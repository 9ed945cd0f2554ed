/** A task worked off through Kafka and MariaDB by worker processes, and what that took. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isFinal, type Report } from '../../lib/core/report.ts';
import type { Engines } from './engine-counts.ts';
import type { BenchServers } from './servers.ts';

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

export interface ClusterCost {
  readonly objects: number;
  readonly seconds: number;
  /** Of the copy workers, and of the one that plans and reports. */
  readonly cpuSeconds: { readonly copy: number; readonly control: number };
}

/** One copy worker a partition, as one function would serve it; one more for planner and reporter. */
export async function clusterRun(
  servers: BenchServers,
  engines: Engines,
  {
    taskId,
    bucket,
    partitions,
  }: { readonly taskId: string; readonly bucket: string; readonly partitions: number },
): Promise<ClusterCost> {
  const env = { ...process.env, ...CREDENTIALS, ...engines.env };
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-bench-'));
  const start = (...args: string[]) =>
    spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const control = start('worker', '--roles', 'planner,reporter');
  const copiers = Array.from({ length: partitions }, () => start('worker', '--roles', 'copy'));
  try {
    const taskFile = join(folder, 'task.json');
    await writeFile(taskFile, JSON.stringify(taskOf(servers, taskId, bucket)));
    await succeeded(start('start', taskFile, '--state-dir', folder));
    const report = await finalReport(start, taskFile, folder);
    return {
      objects: report.objects.copied,
      seconds: await engines.workedSeconds(report.taskId),
      cpuSeconds: { copy: await cpuSecondsOf(copiers), control: await cpuSecondsOf([control]) },
    };
  } finally {
    await Promise.all([control, ...copiers].map(stopped));
    await rm(folder, { recursive: true });
  }
}

function taskOf({ source, sink }: BenchServers, taskId: string, bucket: string) {
  return {
    taskId,
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
