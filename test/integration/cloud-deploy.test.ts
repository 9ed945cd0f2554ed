/** The whole life of a deployment: deployed, used, used again for what failed, and removed without a trace. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { differences } from '../support/compare.ts';
import { startCommand } from '../support/command.ts';
import { SOURCE, TARGET } from '../support/migration.ts';
import { type Cloud, openCloud } from './cloud.ts';

const OBJECTS = 3_000;
const COLD = 5;

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud();
  const { oss } = cloud.m;
  for (let i = 0; i < OBJECTS; i++)
    await oss.seed(SOURCE, { key: `folder ${i % 7}/${i}`, body: `body ${i}`, meta: { n: String(i) } });
  for (let i = 0; i < COLD; i++)
    await oss.seed(SOURCE, { key: `cold/${i}`, body: `cold ${i}`, storageClass: 'Archive' });
});
afterEach(async () => {
  await cloud.close();
});

const writes = () =>
  cloud.api.calls.filter(({ action }) => !/^(?:Describe|Get|List|Inquire|Search)/.test(action));

async function taskPath(name: string, task: unknown): Promise<string> {
  const path = join(cloud.m.stateDir, name);
  await writeFile(path, JSON.stringify(task));
  return path;
}

async function succeeded(...args: Parameters<Cloud['serverless']>): Promise<string> {
  const { status, stdout, stderr } = await cloud.serverless(...args);
  expect(status, stderr).toBe(0);
  if (process.env.SHOW === '1')
    process.stdout.write(`$ serverless ${args[0].join(' ')}\n${stdout}${stderr}\n`);
  return stdout + stderr;
}

it('migrates through functions that run from their zips, retries what failed, and leaves nothing behind', async () => {
  const before = cloud.api.resources();
  await succeeded(['deploy']);

  cloud.api.resetCalls();
  const again = await succeeded(['deploy']);
  expect(writes()).toEqual([]);
  expect(again).toContain('nothing');

  const task = cloud.m.task({ taskId: 'first' });
  const invoked = await succeeded(['invoke', '-f', 'planner', '-p', await taskPath('task.json', task)]);
  expect(invoked).toContain(`cos://${TARGET}/.oss2cos/first/report.json`);
  const report = await cloud.report('first');
  expect(report).toMatchObject({
    status: 'completed_with_failures',
    objects: { total: OBJECTS + COLD, copied: OBJECTS, failed: COLD },
  });
  const warm = [...cloud.m.oss.store(SOURCE).keys()].filter((key) => !key.startsWith('cold/'));
  expect(await differences(cloud.m, task, warm)).toEqual([]);

  for (let i = 0; i < COLD; i++)
    await cloud.m.oss.seed(SOURCE, {
      key: `cold/${i}`,
      body: `cold ${i}`,
      storageClass: 'Archive',
      restored: true,
    });
  cloud.m.oss.resetCounts();
  const retry = await startCommand(
    { stateDir: cloud.m.stateDir },
    ...['retry', `cos://${TARGET}/.oss2cos/first`, '--region', 'ap-guangzhou', '--endpoint', cloud.m.cos.url],
    '--print',
  ).ended;
  expect(retry.status, retry.stderr).toBe(0);
  const path = await taskPath('retry.json', JSON.parse(retry.stdout));
  await succeeded(['invoke', '-f', 'planner', '-p', path]);
  expect(await cloud.report('first-retry-1')).toMatchObject({
    status: 'succeeded',
    objects: { total: COLD, copied: COLD },
  });
  expect(cloud.m.oss.requests.get('GetObject')).toBe(COLD);
  expect(await differences(cloud.m, task)).toEqual([]);

  await succeeded(['remove']);
  expect(cloud.api.resources()).toEqual(before);
});
