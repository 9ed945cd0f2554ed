/** A cluster of worker processes on Kafka and MariaDB: they join, leave and die while a task runs. */
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { isFinal, type Report } from '../../lib/core/report.ts';
import { differences, targetKeys } from '../support/compare.ts';
import { type Running, startCommand, taskFile } from '../support/command.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { openTenant, type Tenant } from './tenant.ts';

const OBJECTS = 12_000;
const TIMEOUT_MS = 110_000;

let m: Migration;
let tenant: Tenant;
beforeEach(async () => {
  m = await openMigration();
  tenant = await openTenant();
  for (let i = 0; i < OBJECTS; i++)
    await m.oss.seed(SOURCE, { key: `folder ${i % 7}/${i}`, body: `body ${i}`, meta: { n: String(i) } });
});
afterEach(async () => {
  await tenant.close();
  await m.close();
});

function worker(...args: string[]): Running {
  const running = startCommand({ stateDir: undefined, env: tenant.env }, 'worker', ...args);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

const puts = () => m.cos.requests.get('PutObject') ?? 0;
const waitFor = (holds: () => void | Promise<void>) =>
  vi.waitFor(holds, { timeout: TIMEOUT_MS, interval: 20 });

async function written(count: number): Promise<void> {
  await waitFor(() => {
    expect(puts()).toBeGreaterThan(count);
  });
}

async function finalReport(taskId: string): Promise<Report> {
  const args = ['status', `cos://${TARGET}/.oss2cos/${taskId}`, '--region', 'ap-guangzhou'];
  let report: Report | undefined;
  await waitFor(async () => {
    const asked = startCommand({ stateDir: undefined, env: {} }, ...args, '--endpoint', m.cos.url, '--json');
    const { stdout, stderr } = await asked.ended;
    expect(stderr).not.toContain('has begun and not reported');
    report = JSON.parse(stdout) as Report;
    expect(isFinal(report)).toBe(true);
  });
  if (report === undefined) throw new Error('no report');
  return report;
}

it(
  'ends with every key, byte and header although one worker is killed and one is stopped on the way',
  async () => {
    const task = m.task({ taskId: 'cluster' });
    const boss = worker('--roles', 'planner,reporter');
    const [killed, stopped] = [worker(), worker()];
    const start = await startCommand(
      { stateDir: m.stateDir, env: tenant.env },
      'start',
      await taskFile(m, task),
    ).ended;
    expect(start.status, start.stderr).toBe(0);
    await written(OBJECTS * 0.1);
    killed.child.kill('SIGKILL');
    const late = worker();
    await written(OBJECTS * 0.3);
    stopped.child.kill('SIGTERM');
    const ended = await stopped.ended;
    expect(ended.status, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('stopping at a checkpoint');
    const report = await finalReport('cluster');
    expect(report).toMatchObject({ status: 'succeeded', objects: { total: OBJECTS, copied: OBJECTS } });
    expect(await differences(m, task)).toEqual([]);
    expect(targetKeys(m)).toHaveLength(OBJECTS);
    // At most what the dead worker had under way since its last checkpoint moves again.
    expect(m.oss.requests.get('GetObject')).toBeLessThan(OBJECTS + 5_000);
    for (const { child } of [boss, late]) child.kill('SIGTERM');
    for (const one of [boss, late]) expect((await one.ended).status).toBe(0);
  },
  TIMEOUT_MS,
);
