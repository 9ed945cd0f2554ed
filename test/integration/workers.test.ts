/** A cluster of worker processes on Kafka and MariaDB, without any function: they join, leave and die while a task runs. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { differences, targetKeys } from '../support/compare.ts';
import { startCommand, taskFile } from '../support/command.ts';
import { type Migration, openMigration, SOURCE } from '../support/migration.ts';
import { finalReport } from './cloud.ts';
import { openTenant, type Tenant } from './tenant.ts';
import { disturb, startWorker } from './worker-process.ts';

const OBJECTS = 8_000;
/** What the dead worker had under way since its last checkpoint: up to four segments. */
const MOVED_AGAIN_MAX = 4_500;

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

it('ends with every key, byte and header although one worker is killed and one is stopped on the way', async () => {
  const { env } = tenant;
  const task = m.task({ taskId: 'cluster' });
  const boss = startWorker(env, '--roles', 'planner,reporter');
  const workers = [startWorker(env), startWorker(env)];
  const start = await startCommand({ stateDir: m.stateDir, env }, 'start', await taskFile(m, task)).ended;
  expect(start.status, start.stderr).toBe(0);
  const left = await disturb(m, { objects: OBJECTS, workers, env });
  const report = await finalReport(m, 'cluster');
  expect(report).toMatchObject({ status: 'succeeded', objects: { total: OBJECTS, copied: OBJECTS } });
  expect(await differences(m, task)).toEqual([]);
  expect(targetKeys(m)).toHaveLength(OBJECTS);
  expect(m.oss.requests.get('GetObject')).toBeLessThan(OBJECTS + MOVED_AGAIN_MAX);
  const all = [boss, ...left];
  for (const { child } of all) child.kill('SIGTERM');
  for (const one of all) expect((await one.ended).status).toBe(0);
});
