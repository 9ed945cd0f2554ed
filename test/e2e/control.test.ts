import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { failedLines, differences, targetKeys } from '../support/compare.ts';
import { startCommand, taskFile } from '../support/command.ts';
import { type Migration, openMigration, SOURCE } from '../support/migration.ts';
import type { Report } from '../../lib/core/report.ts';

const OBJECTS = 3_000;

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
  for (let i = 0; i < OBJECTS; i++) await m.oss.seed(SOURCE, { key: `${i}`, body: `body ${i}` });
});
afterEach(async () => {
  await m.close();
});

/** Some 150 objects a second: slow enough to be interrupted. */
const slowly = { limits: { requestsPerSecond: 300 } };

const copied = () => targetKeys(m).length;
const reaches = async (objects: number) => {
  await vi.waitFor(
    () => {
      expect(copied()).toBeGreaterThan(objects);
    },
    { timeout: 20_000, interval: 10 },
  );
};

it('pauses from elsewhere, stays paused, and goes on with new limits when resumed', async () => {
  const task = m.task({ taskId: 'paused', ...slowly });
  const file = await taskFile(m, task);
  const reports: Report[] = [];
  const run = m.run(task, { onReport: (report) => reports.push(report) });
  await reaches(50);
  expect((await startCommand(m, 'pause', file).ended).status).toBe(0);
  await vi.waitFor(
    () => {
      expect(reports.at(-1)?.status).toBe('paused');
    },
    { timeout: 20_000, interval: 50 },
  );
  const standing = copied();
  expect(standing).toBeLessThan(OBJECTS);
  const state = m.cos.store('photos-1250000000');
  expect(state.get('.oss2cos/paused/control.json')).toBeDefined();
  await m.cos.seed('photos-1250000000', {
    key: '.oss2cos/paused/control.json',
    body: JSON.stringify({ state: 'running', limits: {} }),
  });
  expect(await run).toMatchObject({ status: 'succeeded', objects: { copied: OBJECTS } });
  expect(await differences(m, task)).toEqual([]);
}, 60_000);

it('ends a cancelled task with what was not tried in the failed manifest, and a retry takes it up', async () => {
  const task = m.task({ taskId: 'cancelled', ...slowly });
  const run = m.run(task);
  await reaches(20);
  expect((await startCommand(m, 'cancel', await taskFile(m, task)).ended).status).toBe(0);
  const report = await run;
  expect(report).toMatchObject({ status: 'cancelled', objects: { total: OBJECTS, pending: 0 } });
  const lines = await failedLines(m, 'cancelled');
  expect(lines).toHaveLength(report.objects.failed);
  expect(new Set(lines.map(({ error }) => error.code))).toEqual(new Set(['CANCELLED']));
  const retry = await m.run(m.task({ taskId: 'again', source: { manifest: report.manifests.failed } }));
  expect(retry).toMatchObject({ status: 'succeeded', objects: { copied: report.objects.failed } });
  expect(await differences(m, task)).toEqual([]);
}, 60_000);

it('never runs one task in two processes', async () => {
  const task = m.task({ taskId: 'twice', ...slowly });
  const stop = new AbortController();
  const first = m.run(task, { signal: stop.signal });
  await reaches(5);
  const second = await startCommand(m, 'migrate', await taskFile(m, task)).ended;
  expect(second.status).toBe(1);
  expect(second.stderr).toMatch(/another process/);
  stop.abort();
  await first;
});

it('answers with the report of a task that has ended, and refuses another task under its id', async () => {
  const task = m.task({ taskId: 'ended', filter: { include: ['1*'] } });
  const first = await m.run(task);
  m.oss.resetCounts();
  expect(await m.run(task)).toEqual(first);
  expect(m.oss.requestTotal()).toBe(0);
  await expect(m.run(m.task({ taskId: 'ended' }))).rejects.toThrow(/asks for something else/);
});

it('runs several tasks side by side over one state directory, each with its own numbers', async () => {
  const tasks = [1, 2, 3].map((digit) =>
    m.task({ taskId: `side-${digit}`, filter: { include: [`${digit}*`] }, target: { prefix: `${digit}/` } }),
  );
  const reports = await Promise.all(tasks.map((task) => m.run(task)));
  for (const [i, report] of reports.entries()) {
    const mine = targetKeys(m).filter((key) => key.startsWith(`${i + 1}/`));
    expect(report).toMatchObject({ status: 'succeeded', objects: { copied: mine.length, pending: 0 } });
    expect(mine.length).toBeGreaterThan(0);
  }
});
