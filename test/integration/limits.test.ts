/** A task's limits over worker processes on Kafka and MariaDB: one joins late, one is killed, and the limits change while it runs. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KiB } from '../../lib/core/bytes.ts';
import { startCommand, taskFile } from '../support/command.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { openTenant, type Tenant } from './tenant.ts';
import { startWorker } from './worker-process.ts';

/**
 * Segments of a thousand fall on the six partitions by chance, and each of them must have two: of thirty segments they
 * had not in one run of six, of sixty in one of seven hundred.
 */
const OBJECTS = 60_000;
const SIZE = 8 * KiB;
const LIMITS = { requestsPerSecond: 60, bytesPerSecond: 512 * KiB };
const WINDOW_MS = 10_000;
const ALLOWED = 1.05;
const WANTED = 0.85;
const LOOK_MS = 100;
/** Since the first object moved. */
const LATE_MS = 5_000;
const KILL_MS = 12_000;
/** A session of Kafka's ends, the partitions are shared out anew, the limits divided anew. */
const SETTLED_MS = 30_000 + 27_000;
const CHANGE_MS = KILL_MS + SETTLED_MS + 1.5 * WINDOW_MS;
/** The control object is read every five seconds. */
const NOTICED_MS = 8_000;
const AFTER_MS = NOTICED_MS + 1.5 * WINDOW_MS;

/** Of the limits, in ten seconds. */
interface Used {
  /** The window's begin. */
  readonly atMs: number;
  readonly requests: number;
  readonly bytes: number;
}

/**
 * What the source was asked for, by the second in which it was asked: the one that the request is signed for. When it
 * arrives says as much about how busy this machine is.
 */
class Asked {
  private readonly bySecond = new Map<number, { requests: number; bytes: number }>();

  constructor(oss: Migration['oss']) {
    oss.onRequest(({ action, headers }) => {
      const second = signedMs(String(headers['x-oss-date'])) / 1_000;
      const { requests, bytes } = this.in(second);
      this.bySecond.set(second, {
        requests: requests + 1,
        bytes: bytes + (action === 'GetObject' ? SIZE : 0),
      });
    });
  }

  /** Each ten whole seconds between the two. */
  used(fromMs: number, toMs: number, times: number): Used[] {
    const first = Math.ceil(fromMs / 1_000);
    const seconds = WINDOW_MS / 1_000;
    const count = Math.max(0, Math.floor(toMs / 1_000) - first - seconds + 1);
    return Array.from({ length: count }, (_, at) => {
      const within = Array.from({ length: seconds }, (__, on) => this.in(first + at + on));
      const part = (limit: keyof typeof LIMITS, of: 'requests' | 'bytes') =>
        within.reduce((sum, second) => sum + second[of], 0) / (LIMITS[limit] * times * seconds);
      return {
        atMs: (first + at) * 1_000,
        requests: part('requestsPerSecond', 'requests'),
        bytes: part('bytesPerSecond', 'bytes'),
      };
    });
  }

  private in(second: number): { requests: number; bytes: number } {
    return this.bySecond.get(second) ?? { requests: 0, bytes: 0 };
  }
}

/** `20261231T235959Z`. */
function signedMs(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, '$1-$2-$3:$4:'));
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
  const asked = new Asked(m.oss);
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
  const doubledMs = Date.now();
  await until(() => Date.now() >= doubledMs + AFTER_MS);
  const before = asked.used(sinceMs, sinceMs + CHANGE_MS, 1);
  const after = asked.used(doubledMs + NOTICED_MS, Date.now(), 2);
  const settled = asked.used(sinceMs + KILL_MS + SETTLED_MS, sinceMs + CHANGE_MS, 1);
  if (process.env.SHOW !== undefined) {
    show({ before, settled, after }, sinceMs);
    process.stdout.write(`doubled at ${((doubledMs - sinceMs) / 1_000).toFixed(1)} s\n`);
  }
  const most = [...before, ...after].flatMap(({ requests, bytes }) => [requests, bytes]);
  expect(Math.max(...most)).toBeLessThanOrEqual(ALLOWED);
  const least = [...settled, ...after].map(({ requests, bytes }) => Math.max(requests, bytes));
  expect(settled.length, 'windows to look at').toBeGreaterThan(0);
  expect(after.length, 'windows to look at').toBeGreaterThan(0);
  expect(Math.min(...least)).toBeGreaterThanOrEqual(WANTED);
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
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
