import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../lib/core/report.ts';
import { parseTask } from '../../lib/core/task.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { shell, stateText, stoppedMigration, taskFile } from './shell.ts';

let m: Migration;
let path: string;
beforeEach(async () => {
  m = await openMigration();
  path = await taskFile(m, { taskId: 'photos' });
  await m.oss.seed(SOURCE, { key: 'warm', body: 'warm' });
});
afterEach(() => m.close());

const run = (command: string, ...args: string[]) =>
  shell([command, path, '--state-dir', m.stateDir, ...args]);
const cold = (key: string, more: object = {}) =>
  m.oss.seed(SOURCE, { key, body: key, storageClass: 'Archive', ...more });
const reportIn = (text: string) => JSON.parse(text) as Report;

describe('retry', () => {
  beforeEach(async () => {
    await cold('cold-1');
    await cold('cold-2');
    await run('migrate');
    m.oss.resetCounts();
  });

  it('copies what failed, and that alone, as a task of its own', async () => {
    await cold('cold-1', { restored: true });
    await cold('cold-2', { restored: true });
    const { status, stdout, stderr } = await run('retry', '--json');
    expect(status).toBe(0);
    expect(reportIn(stdout)).toMatchObject({ taskId: 'photos-retry-1', objects: { total: 2, copied: 2 } });
    expect(stderr).toContain(`retrying the keys of cos://${TARGET}/.oss2cos/photos/failed.jsonl as task`);
    expect(m.cos.store(TARGET).get('cold-2')?.size).toBe(6);
    expect(m.oss.requests.get('GetObject')).toBe(2);
  });

  it('again follows on the last retry: what still fails is tried as the next one, until nothing does', async () => {
    await cold('cold-1', { restored: true });
    expect((await run('retry')).status).toBe(2);
    await cold('cold-2', { restored: true });
    const second = await run('retry', '--json');
    expect(second.status).toBe(0);
    expect(reportIn(second.stdout)).toMatchObject({
      taskId: 'photos-retry-2',
      objects: { total: 1, copied: 1 },
    });
    const third = await run('retry');
    expect([third.status, third.stdout]).toEqual([
      0,
      'no object of task photos-retry-2 failed: there is nothing to retry\n',
    ]);
  });

  it('is only printed on request, as a task that may run elsewhere', async () => {
    const { status, stdout, stderr } = await run('retry', '--print');
    expect([status, stderr]).toEqual([0, '']);
    const task = parseTask(JSON.parse(stdout));
    expect(task).toEqual(
      m.task({
        taskId: 'photos-retry-1',
        source: { manifest: `cos://${TARGET}/.oss2cos/photos/failed.jsonl` },
      }),
    );
    expect(m.oss.requests.size).toBe(0);
    expect(await stateText(m, 'photos-retry-1', 'task')).toBeUndefined();
  });

  it('that was stopped goes on', async () => {
    m.oss.faults.add({ when: { action: 'GetObject' }, fault: { kind: 'stall' } });
    const stopped = await shell(['retry', path, '--state-dir', m.stateDir], {
      onReport: (_, interrupt) => {
        interrupt();
      },
    });
    expect(stopped.status).toBe(130);
    m.oss.faults.clear();
    await cold('cold-1', { restored: true });
    await cold('cold-2', { restored: true });
    const { status, stdout, stderr } = await run('retry', '--json');
    expect([status, reportIn(stdout).taskId]).toEqual([0, 'photos-retry-1']);
    expect(stderr).toContain('going on with photos-retry-1');
  });

  it('takes the id it is given', async () => {
    const { status, stdout } = await run('retry', '--new-id', 'once-more', '--json');
    expect([status, reportIn(stdout).taskId]).toEqual([2, 'once-more']);
    expect((await run('retry', '--new-id', 'Once More')).stderr).toContain('taskId: must match');
  });

  it('passes over an id that another task has taken', async () => {
    const other = { ...m.task({ taskId: 'photos-retry-1' }) };
    await m.cos.seed(TARGET, { key: '.oss2cos/photos-retry-1/task.json', body: JSON.stringify(other) });
    const { stdout } = await run('retry', '--json');
    expect(reportIn(stdout).taskId).toBe('photos-retry-2');
  });

  it('finds the task by its address', async () => {
    const address = [`cos://${TARGET}/.oss2cos/photos`, '--region', 'ap-guangzhou', '--endpoint', m.cos.url];
    const { status, stdout } = await shell(['retry', ...address, '--state-dir', m.stateDir, '--json']);
    expect([status, reportIn(stdout).taskId]).toEqual([2, 'photos-retry-1']);
  });
});

describe('retry of a task', () => {
  it('of which nothing failed says so, with status 0', async () => {
    await run('migrate');
    const { status, stdout } = await run('retry');
    expect([status, stdout]).toEqual([0, 'no object of task photos failed: there is nothing to retry\n']);
    expect(await stateText(m, 'photos-retry-1', 'task')).toBeUndefined();
  });

  it('that goes on is refused', async () => {
    await stoppedMigration(m, path);
    const { status, stderr } = await run('retry');
    expect(status).toBe(1);
    expect(stderr).toContain('task photos has not ended');
  });

  it('whose listing was not complete tells how to pass again', async () => {
    await run('migrate');
    const report = reportIn((await stateText(m, 'photos', 'report')) ?? '');
    const changed = { ...report, status: 'failed', listing: { ...report.listing, complete: false } };
    await m.cos.seed(TARGET, { key: '.oss2cos/photos/report.json', body: JSON.stringify(changed) });
    const { status, stdout, stderr } = await run('retry');
    expect(status).toBe(1);
    expect(stderr).toContain('keys that it never listed are in no manifest');
    expect(stderr).toContain('under a new "taskId" with "conflict": "changed"');
    expect(stdout).toContain('no object that task photos listed failed');
  });
});
