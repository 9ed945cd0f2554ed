import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../lib/core/report.ts';
import { ENVIRONMENT, type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { type Ran, taskFile } from './shell.ts';

/** As `npm run build` leaves it, and `npx oss2cos` runs it. */
const PROGRAM = join(import.meta.dirname, '../../dist/oss2cos.js');
const SECRETS = [ENVIRONMENT.OSS_ACCESS_KEY_SECRET, ENVIRONMENT.COS_SECRET_KEY];

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
  for (let number = 0; number < 10; number++)
    await m.oss.seed(SOURCE, { key: `k/${number}`, body: `body ${number}` });
});
afterEach(() => m.close());

function start(args: readonly string[], env: Readonly<Record<string, string>> = ENVIRONMENT) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, cwd: m.stateDir });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ran = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([[status], stdout, stderr]): Ran => ({ status: status as number, stdout, stderr }),
  );
  return { child, ran };
}

const run = (...args: string[]) => start(args).ran;

function expectNoSecrets({ stdout, stderr }: Ran): void {
  for (const secret of SECRETS) expect(stdout + stderr).not.toContain(secret);
}

describe('the program', () => {
  it('migrates, prints JSON alone on stdout, and ends by itself', async () => {
    const ran = await run('migrate', await taskFile(m, { taskId: 'photos' }), '--json');
    expect(JSON.parse(ran.stdout) as Report).toMatchObject({ status: 'succeeded', objects: { copied: 10 } });
    expect(ran.status).toBe(0);
    expect(m.cos.store(TARGET).get('k/9')?.size).toBe(6);
    expectNoSecrets(ran);
  });

  it('takes the task from a pipe, keeps it in .oss2cos, and knows it by its id from then on', async () => {
    const { child, ran } = start(['migrate', '-']);
    child.stdin.end(JSON.stringify(m.task({ taskId: 'piped' })));
    expect((await ran).status).toBe(0);
    const { status, stdout } = await run('status', 'piped', '--json');
    expect([status, (JSON.parse(stdout) as Report).taskId]).toEqual([0, 'piped']);
  });

  it('stops at SIGINT with 130, and goes on when it is run again', async () => {
    const stall = m.oss.faults.add({ when: { action: 'GetObject' }, fault: { kind: 'stall' } });
    const args = ['migrate', await taskFile(m, { taskId: 'photos' }), '--json'];
    const { child, ran } = start(args);
    await once(child.stderr, 'data'); // the first line of progress: it runs
    child.kill('SIGINT');
    const stopped = await ran;
    expect([stopped.status, stopped.stdout]).toEqual([130, '']);
    expect(stopped.stderr).toContain('run the same command again to go on');
    stall.remove();
    const { status, stdout } = await run(...args);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ objects: { total: 10, copied: 10, pending: 0 } });
  });

  it('reports preflight’s findings with status 1', async () => {
    const ran = await run('preflight', await taskFile(m, { target: { bucket: 'nobodys-1250000000' } }));
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/^✗ /);
    expectNoSecrets(ran);
  });

  it('prints policies without any credentials', async () => {
    const path = await taskFile(m, {});
    const { status, stdout } = await start(['policy', path, '--cam'], {}).ran;
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ version: '2.0' })]);
  });

  it('refuses to start without credentials, and names them', async () => {
    const { status, stderr } = await start(['migrate', await taskFile(m, {})], {}).ran;
    expect(status).toBe(1);
    expect(stderr).toContain('COS_SECRET_KEY');
  });
});
