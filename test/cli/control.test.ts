import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../lib/core/report.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { shell, stateText, stoppedMigration, taskFile } from './shell.ts';

let m: Migration;
let path: string;
beforeEach(async () => {
  m = await openMigration();
  path = await taskFile(m, { taskId: 'photos', limits: { requestsPerSecond: 500 } });
  for (let number = 0; number < 5; number++)
    await m.oss.seed(SOURCE, { key: `k/${number}`, body: `body ${number}` });
});
afterEach(() => m.close());

const run = (command: string, task = path, ...args: string[]) =>
  shell([command, task, '--state-dir', m.stateDir, ...args]);
const control = async () => JSON.parse((await stateText(m, 'photos', 'control')) ?? 'null') as unknown;

describe('of a task that goes on', () => {
  beforeEach(async () => {
    await stoppedMigration(m, path);
  });

  it('status prints the report, as JSON too, with status 0', async () => {
    const readable = await run('status');
    expect(readable.status).toBe(0);
    expect(readable.stdout).toMatch(/\n(Listing and copying|Copying): /);
    const json = await run('status', 'photos', '--json');
    expect(json.stdout.trim()).toBe(await stateText(m, 'photos', 'report'));
  });

  it('status finds it by its address', async () => {
    const address = [`cos://${TARGET}/.oss2cos/photos/`, '--region', 'ap-guangzhou', '--endpoint', m.cos.url];
    const { status, stdout } = await shell(['status', ...address, '--json']);
    expect([status, (JSON.parse(stdout) as Report).taskId]).toEqual([0, 'photos']);
  });

  it('pause asks for it, says what comes next, and says so again when asked again', async () => {
    const { status, stdout } = await run('pause');
    expect(status).toBe(0);
    expect(stdout).toContain(`oss2cos resume ${path}`);
    expect(await control()).toEqual({ state: 'paused' });
    expect((await run('pause')).stdout).toContain('was asked to pause already');
  });

  it('a file that was edited since names it for whatever needs its address alone', async () => {
    const edited = await taskFile(m, { taskId: 'photos', conflict: 'skip' });
    for (const command of ['pause', 'status', 'resume', 'cancel'])
      expect((await run(command, edited)).stderr).toBe('');
    expect((await run('limit', edited, '--none')).stderr).toContain('is being cancelled');
    expect(await control()).toEqual({ state: 'cancelled' });
  });

  it('retry refuses such a file, and says how to name the task', async () => {
    const { status, stderr } = await run('retry', await taskFile(m, { taskId: 'photos', conflict: 'skip' }));
    expect(status).toBe(1);
    expect(stderr).toContain(`named by its id, or by its address cos://${TARGET}/.oss2cos/photos/\n`);
  });

  it('a paused migrate says how to resume, copies nothing, and goes on when resumed', async () => {
    await run('pause');
    m.oss.resetCounts();
    const paused = await shell(['migrate', path, '--state-dir', m.stateDir], {
      onReport: (report, interrupt) => {
        if (report.status === 'paused') interrupt();
      },
    });
    expect(paused.status).toBe(130);
    expect(paused.stderr).toContain(`the task is paused, and waits; \`oss2cos resume photos --state-dir`);
    expect((await run('status')).stdout).toContain('\nPaused: ');
    expect((await run('resume')).status).toBe(0);
    expect((await run('migrate')).status).toBe(0);
    expect(m.cos.store(TARGET).get('k/4')?.size).toBe(6);
  });

  it('limits that stand in the control object are kept', async () => {
    const standing = { state: 'running', limits: { requestsPerSecond: 7 } };
    await m.cos.seed(TARGET, { key: '.oss2cos/photos/control.json', body: JSON.stringify(standing) });
    await run('pause');
    expect(await control()).toEqual({ ...standing, state: 'paused' });
  });

  it('limit changes the limits alone: a pause stays, and the other limits of before are gone', async () => {
    await run('pause');
    const both = await run('limit', path, '--requests-per-second', '0.5', '--bytes-per-second', '1.5MiB');
    expect([both.status, both.stdout]).toEqual([
      0,
      expect.stringContaining('requests 0.5 a second, bytes 1.5 MiB a second'),
    ]);
    const limits = { requestsPerSecond: 0.5, bytesPerSecond: 1_572_864 };
    expect(await control()).toEqual({ state: 'paused', limits });
    await run('limit', path, '--bytes-per-second', '1000');
    expect(await control()).toEqual({ state: 'paused', limits: { bytesPerSecond: 1_000 } });
    await run('limit', path, '--none');
    expect(await control()).toEqual({ state: 'paused', limits: {} });
    await run('limit', path, '--reset');
    expect(await control()).toEqual({ state: 'paused' });
  });

  it.each([
    [[], 'limit takes --requests-per-second'],
    [['--none', '--reset'], 'limit takes --requests-per-second'],
    [['--none', '--bytes-per-second', '5'], 'limit takes --requests-per-second'],
    [['--requests-per-second', 'many'], 'requestsPerSecond: '],
    [['--requests-per-second', '0'], 'requestsPerSecond: '],
    [['--bytes-per-second', '5 apples'], 'bytesPerSecond: is not a byte size'],
  ])('limit %j is refused, and changes nothing', async (args, reason) => {
    const { status, stdout, stderr } = await run('limit', path, ...args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(reason);
    expect(await control()).toBeNull();
  });

  it('cancel is not taken back, and what was listed and not tried fails as CANCELLED', async () => {
    expect((await run('cancel')).status).toBe(0);
    const resume = await run('resume');
    expect([resume.status, resume.stdout]).toEqual([1, '']);
    expect(resume.stderr).toContain('is being cancelled, which is not taken back');
    expect(await control()).toEqual({ state: 'cancelled' });
    const ended = await run('migrate', path, '--json');
    expect([ended.status, (JSON.parse(ended.stdout) as Report).status]).toEqual([2, 'cancelled']);
  });
});

describe('of a task that has ended', () => {
  beforeEach(async () => {
    await m.oss.seed(SOURCE, { key: 'cold', body: 'cold', storageClass: 'Archive' });
    await run('migrate');
  });

  it('status has the task’s exit status, and tells how to retry', async () => {
    const { status, stderr } = await run('status', 'photos');
    expect(status).toBe(2);
    expect(stderr).toContain(`oss2cos retry photos --state-dir ${m.stateDir}`);
  });

  it.each(['pause', 'resume', 'cancel'])(
    '%s says that there is nothing to do, and changes nothing',
    async (verb) => {
      const { status, stdout, stderr } = await run(verb);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        new RegExp(`^task photos ended at .* \\(completed_with_failures\\): .* ${verb}\\n$`),
      );
      expect(await control()).toBeNull();
    },
  );
});

describe('of a task that was never started', () => {
  it.each(['status', 'pause', 'resume', 'cancel', 'retry'])(
    '%s says so, and writes nothing',
    async (verb) => {
      const { status, stdout, stderr } = await run(verb);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`cos://${TARGET}/.oss2cos/photos/task.json is missing`);
      expect(m.cos.store(TARGET).count).toBe(0);
    },
  );
});
