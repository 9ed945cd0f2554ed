import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Report } from '../../lib/core/report.ts';
import { ENVIRONMENT, type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { shell, stoppedMigration, taskFile } from './shell.ts';

let m: Migration;
let path: string;
beforeEach(async () => {
  m = await openMigration();
  path = await taskFile(m, { taskId: 'photos' });
  for (let number = 0; number < 20; number++)
    await m.oss.seed(SOURCE, { key: `k/${number}`, body: `body ${number}` });
});
afterEach(() => m.close());

const migrate = (...args: string[]) => shell(['migrate', path, '--state-dir', m.stateDir, ...args]);

it('--json prints the final report and nothing else on stdout', async () => {
  const { status, stdout } = await migrate('--json');
  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({ taskId: 'photos', status: 'succeeded', objects: { total: 20, copied: 20 } });
  expect(status).toBe(0);
  expect(m.cos.store(TARGET).get('k/7')?.size).toBe(6);
});

it('without --json a person reads how it went', async () => {
  const { status, stdout } = await migrate();
  expect(status).toBe(0);
  expect(stdout).toMatch(/^task photos: oss:\/\/photos\/ to cos:.*\nSucceeded: /);
  expect(stdout).toMatch(/copied +20 objects/);
});

it('a task that has ended copies nothing again, prints its report and keeps its status', async () => {
  const first = await migrate('--json');
  m.oss.resetCounts();
  const second = await migrate('--json');
  expect([second.status, JSON.parse(second.stdout)]).toEqual([0, JSON.parse(first.stdout)]);
  expect(second.stderr).toContain('task photos ended at ');
  expect(m.oss.requestTotal()).toBe(0);
});

it('objects that failed give status 2, and the command that tries them again', async () => {
  await m.oss.seed(SOURCE, { key: 'cold', body: 'cold', storageClass: 'Archive' });
  const { status, stdout, stderr } = await migrate();
  expect(status).toBe(2);
  expect(stdout).toContain('ARCHIVED');
  expect(stdout).toContain(`cos://${TARGET}/.oss2cos/photos/failed.jsonl`);
  expect(stderr).toContain(`oss2cos retry photos --state-dir ${m.stateDir}`);
});

it('another task under a used id is refused', async () => {
  await migrate();
  await taskFile(m, { taskId: 'photos', conflict: 'skip' });
  const { status, stdout, stderr } = await migrate();
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('task photos exists and asks for something else');
});

it('what preflight finds is printed, and nothing is copied', async () => {
  m.oss.faults.add({
    when: { action: 'ListObjects' },
    fault: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  const { status, stdout, stderr } = await migrate('--json');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('preflight failed, nothing was copied:\n  - cannot list and read');
  expect(m.oss.requests.get('GetObject') ?? 0).toBe(0);
});

it('Ctrl-C stops with 130 and no report on stdout; the same command goes on, and everything is there', async () => {
  const stopped = await stoppedMigration(m, path);
  expect([stopped.status, stopped.stdout]).toEqual([130, '']);
  expect(stopped.stderr).toContain('run the same command again to go on');
  const { status, stdout } = await migrate('--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ objects: { total: 20, copied: 20, failed: 0, pending: 0 } });
});

it('a second Ctrl-C ends the process at once', async () => {
  const exits: number[] = [];
  m.oss.faults.add({ when: { action: 'GetObject' }, fault: { kind: 'stall' } });
  const onReport = (_: Report, interrupt: () => void) => {
    interrupt();
    interrupt();
  };
  await shell(['migrate', path, '--state-dir', m.stateDir], { onReport, onExit: (s) => exits.push(s) });
  expect(exits).toEqual([130]);
});

it('no secret is printed, even where a store or the user quotes it', async () => {
  const secret = ENVIRONMENT.COS_SECRET_KEY;
  m.cos.faults.add({
    when: { action: 'InitiateMultipartUpload' },
    fault: { kind: 'status', status: 400, code: 'InvalidArgument', message: secret },
  });
  const env = { ...ENVIRONMENT, OSS2COS_DEBUG: '1' };
  const { status, stdout, stderr } = await shell(['migrate', path, '--state-dir', m.stateDir], { env });
  expect(status).toBe(1);
  expect(stdout + stderr).not.toContain(secret);
  expect((await shell(['policy', `./${secret}.json`])).stderr).toBe(
    'there is no task file ./[redacted].json\n',
  );
});
