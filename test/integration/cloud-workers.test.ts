/** Planner and reporter as functions, and three workers in place of the copy function. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { differences, targetKeys } from '../support/compare.ts';
import { SOURCE } from '../support/migration.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { disturb, startWorker } from './worker-process.ts';

const OBJECTS = 8_000;
const MOVED_AGAIN_MAX = 4_500;

let cloud: Cloud;
/** Functions that were invoked. */
const invoked = new Set<string>();
beforeEach(async () => {
  invoked.clear();
  cloud = await openCloud({ onInvocation: ({ fn }) => invoked.add(fn.name.split('-').at(-1) ?? '') });
  for (let i = 0; i < OBJECTS; i++)
    await cloud.m.oss.seed(SOURCE, {
      key: `folder ${i % 7}/${i}`,
      body: `body ${i}`,
      meta: { n: String(i) },
    });
});
afterEach(async () => {
  await cloud.close();
});

it('copies everything although one is killed, one is stopped, and one joins on the way', async () => {
  const { m, engines } = cloud;
  const deployed = await cloud.serverless(['deploy'], { copy: 'workers', partitions: '8' });
  expect(deployed.status, deployed.stderr).toBe(0);
  const workers = [startWorker(engines), startWorker(engines), startWorker(engines)];
  const task = m.task({ taskId: 'by-workers' });
  const path = join(m.stateDir, 'task.json');
  await writeFile(path, JSON.stringify(task));
  const planned = await cloud.serverless(['invoke', '-f', 'planner', '-p', path]);
  expect(planned.status, planned.stderr).toBe(0);
  await disturb(m, { objects: OBJECTS, workers, env: engines });
  const report = await cloud.report('by-workers');
  expect(report).toMatchObject({ status: 'succeeded', objects: { total: OBJECTS, copied: OBJECTS } });
  expect(await differences(m, task)).toEqual([]);
  expect(targetKeys(m)).toHaveLength(OBJECTS);
  expect(m.oss.requests.get('GetObject')).toBeLessThan(OBJECTS + MOVED_AGAIN_MAX);
  expect([...invoked].toSorted()).toEqual(['planner', 'reporter']);
});
