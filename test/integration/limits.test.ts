/** A task's limits over worker processes on Kafka and MariaDB: one joins late, one is killed, and the limits change while it runs. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KiB } from '../../lib/core/bytes.ts';
import { startCommand, taskFile } from '../support/command.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { openTenant, type Tenant } from './tenant.ts';
import { startWorker } from './worker-process.ts';

/** More than can be copied meanwhile. */
const OBJECTS = 9_000;
const SIZE = 8 * KiB;
const LIMITS = { requestsPerSecond: 60, bytesPerSecond: 512 * KiB };
const WINDOW_MS = 10_000;
const SAMPLE_MS = 100;
/** Since the first object moved. */
const LATE_MS = 5_000;
const KILL_MS = 12_000;
/** A session of Kafka's ends, the partitions are shared out anew, the limits divided anew. */
const SETTLED_MS = 30_000 + 27_000;
const CHANGE_MS = KILL_MS + SETTLED_MS + 1.5 * WINDOW_MS;
/** The control object is read every five seconds. */
const NOTICED_MS = 8_000;
const END_MS = CHANGE_MS + NOTICED_MS + 1.5 * WINDOW_MS;

interface Sample {
  readonly atMs: number;
  readonly requests: number;
  readonly bytes: number;
}

interface Used {
  /** The window's begin. */
  readonly atMs: number;
  readonly requests: number;
  readonly bytes: number;
}

/** What the source was asked for, over time. */
class Samples {
  private readonly all: Sample[] = [];
  private readonly m: Migration;
  private readonly timer: NodeJS.Timeout;

  constructor(m: Migration) {
    this.m = m;
    this.timer = setInterval(() => this.all.push(this.now()), SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Of each ten seconds between the two, how much of the limits was used, in the order of time. */
  used(fromMs: number, toMs: number, times: number): Used[] {
    const within = this.all.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    return within.flatMap((first) => {
      const last = within.find(({ atMs }) => atMs >= first.atMs + WINDOW_MS);
      if (last === undefined) return [];
      const seconds = (last.atMs - first.atMs) / 1_000;
      const part = (amount: number, perSecond: number) => amount / (perSecond * times * seconds);
      return [
        {
          atMs: first.atMs,
          requests: part(last.requests - first.requests, LIMITS.requestsPerSecond),
          bytes: part(last.bytes - first.bytes, LIMITS.bytesPerSecond),
        },
      ];
    });
  }

  private now(): Sample {
    const { requests } = this.m.oss;
    const bytes = (requests.get('GetObject') ?? 0) * SIZE;
    return { atMs: Date.now(), requests: this.m.oss.requestTotal(), bytes };
  }
}

let m: Migration;
let tenant: Tenant;
beforeEach(async () => {
  m = await openMigration();
  tenant = await openTenant({ ranges: 2, segments: 6, results: 2 });
  const body = Buffer.alloc(SIZE, 'x');
  for (let i = 0; i < OBJECTS; i++) await m.oss.seed(SOURCE, { key: `k${String(i).padStart(5, '0')}`, body });
});
afterEach(async () => {
  await tenant.close();
  await m.close();
});

it('are kept and used by all workers together, while one joins, one is killed, and the limits are doubled', async () => {
  const { env } = tenant;
  const task = m.task({ taskId: 'limited', limits: LIMITS });
  startWorker(env, '--roles', 'planner,reporter');
  const workers = [startWorker(env, '--roles', 'copy'), startWorker(env, '--roles', 'copy')];
  const samples = new Samples(m);
  try {
    const start = await startCommand({ stateDir: m.stateDir, env }, 'start', await taskFile(m, task)).ended;
    expect(start.status, start.stderr).toBe(0);
    await until(() => (m.oss.requests.get('GetObject') ?? 0) > 0);
    const sinceMs = Date.now();
    const at = (ms: number) => until(() => Date.now() >= sinceMs + ms);
    await at(LATE_MS);
    startWorker(env, '--roles', 'copy');
    await at(KILL_MS);
    workers[0]?.child.kill('SIGKILL');
    await at(CHANGE_MS);
    await double();
    await at(END_MS);
    const before = samples.used(sinceMs, sinceMs + CHANGE_MS, 1);
    const after = samples.used(sinceMs + CHANGE_MS + NOTICED_MS, Date.now(), 2);
    const settled = samples.used(sinceMs + KILL_MS + SETTLED_MS, sinceMs + CHANGE_MS, 1);
    if (process.env.SHOW !== undefined) show({ before, settled, after }, sinceMs);
    const most = [...before, ...after].flatMap(({ requests, bytes }) => [requests, bytes]);
    expect(Math.max(...most)).toBeLessThanOrEqual(1.05);
    const least = [...settled, ...after].map(({ requests, bytes }) => Math.max(requests, bytes));
    expect(settled.length, 'windows to look at').toBeGreaterThan(0);
    expect(after.length, 'windows to look at').toBeGreaterThan(0);
    expect(Math.min(...least)).toBeGreaterThanOrEqual(0.85);
  } finally {
    samples.stop();
  }
});

/** Each second's window: of each limit, the part that was used. */
function show(phases: Record<string, Used[]>, sinceMs: number): void {
  for (const [phase, windows] of Object.entries(phases)) {
    const percent = (used: number) => `${(used * 100).toFixed(1)} %`;
    const line = ({ atMs, requests, bytes }: Used) =>
      `${phase} ${((atMs - sinceMs) / 1_000).toFixed(1)} s: requests ${percent(requests)}, bytes ${percent(bytes)}`;
    process.stdout.write(`${windows.map(line).join('\n')}\n`);
  }
}

/** With the command line, as a user does. */
async function double(): Promise<void> {
  const address = [`cos://${TARGET}/.oss2cos/limited`, '--region', 'ap-guangzhou', '--endpoint', m.cos.url];
  const rates = [
    ...['--requests-per-second', String(LIMITS.requestsPerSecond * 2)],
    ...['--bytes-per-second', String(LIMITS.bytesPerSecond * 2)],
  ];
  const limited = await startCommand({ stateDir: undefined }, 'limit', ...address, ...rates).ended;
  expect(limited.status, limited.stderr).toBe(0);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
}
