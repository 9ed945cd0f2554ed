import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CosReader, type TargetObject } from '../../scripts/demo/cos-reader.ts';
import { standing } from '../../scripts/demo/expected.ts';
import { Mismatch, proveReport, proveTarget } from '../../scripts/demo/proof.ts';
import { ENVIRONMENT, type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { calm } from '../support/calm.ts';

const DEMO = join(import.meta.dirname, '..', '..', 'dist', 'demo.js');
const NEVER = calm();

interface Played {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo in a folder of its own, with the system's temporary directory below it. */
async function play(folder: string, photos: string, interruptAt?: string): Promise<Played> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  const env = { PATH: process.env.PATH, TMPDIR: temporary, DEMO_OBJECTS: photos };
  const child = spawn(process.execPath, [DEMO], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let interrupted = false;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (interrupted || interruptAt === undefined || !stdout.includes(interruptAt)) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

async function openFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'oss2cos-demo-test-'));
}

describe('the demo', () => {
  let folder: string;
  let played: Played;
  beforeAll(async () => {
    folder = await openFolder();
    played = await play(folder, '200');
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const saved = (task: string, name: string) =>
    readFile(join(folder, '.oss2cos', 'demo', task, name), 'utf8');

  it('ends with status 0 after every chapter, without a word of complaint', () => {
    expect(played).toMatchObject({ status: 0, stderr: '' });
    expect(played.stdout.match(/^\d {2}\S/gm)).toHaveLength(7);
  });

  it('reports each object of both runs as what it was made for', async () => {
    expect(JSON.parse(await saved('demo', 'report.json'))).toMatchObject({
      status: 'completed_with_failures',
      objects: { total: 340, copied: 310, skipped: 5, failed: 25, pending: 0 },
      verified: { crc64: 310, size: 0 },
    });
    expect(JSON.parse(await saved('demo-retry', 'report.json'))).toMatchObject({
      objects: { total: 25, copied: 15, skipped: 0, failed: 10, pending: 0 },
    });
    expect(played.stdout).toContain('340 objects = 310 copied + 5 skipped + 25 failed');
    expect(played.stdout).toContain('25 objects = 15 copied + 0 skipped + 10 failed');
  });

  it('leaves the pages and the failed manifests to be looked at', async () => {
    expect((await saved('demo', 'failed.jsonl')).trimEnd().split('\n')).toHaveLength(25);
    expect((await saved('demo-retry', 'failed.jsonl')).trimEnd().split('\n')).toHaveLength(10);
    expect(await saved('demo', 'report.html')).toMatch(/^<!doctype html>/i);
    expect(await saved('demo-retry', 'report.html')).toMatch(/^<!doctype html>/i);
  });

  it('has faults strike, which leave no trace', () => {
    expect(played.stdout).toContain('8 requests were cut, garbled or answered with an error');
  });

  it('prints no secret and saves none', async () => {
    const files = await Promise.all(
      ['demo', 'demo-retry'].flatMap((task) =>
        ['report.json', 'report.html', 'failed.jsonl'].map((name) => saved(task, name)),
      ),
    );
    const everything = [played.stdout, played.stderr, ...files].join('\n');
    expect(everything).not.toContain(ENVIRONMENT.OSS_ACCESS_KEY_SECRET);
    expect(everything).not.toContain(ENVIRONMENT.COS_SECRET_KEY);
  });

  it('removes its state directory', async () => {
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });
});

describe('the demo that does not get through', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
  });

  it('stops at Ctrl-C in mid-migration, and cleans up behind itself', async () => {
    const { status, stderr, stdout } = await play(folder, '3000', 'The migration');
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: '\nstopped: the servers are closed, the state directory is removed\n',
    });
    expect(stdout).not.toContain('The proof');
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('says in one line what is wrong with its setting', async () => {
    const { status, stderr } = await play(folder, 'many');
    expect(status).toBe(1);
    expect(stderr).toContain('DEMO_OBJECTS wants a number from 100 to 100000');
    expect(stderr).not.toContain('at ');
  });
});

describe('the proof', () => {
  let m: Migration;
  let reader: CosReader;
  let expected: TargetObject[];
  const SEED = {
    key: '..',
    body: 'the bytes',
    headers: { 'cache-control': 'no-store' },
    meta: { owner: 'Zoë' },
    tags: { team: 'é' },
    storageClass: 'STANDARD_IA',
  };
  beforeEach(async () => {
    m = await openMigration();
    onTestFinished(() => m.close());
    await m.cos.seed(TARGET, SEED);
    expected = await standing(m, [SEED]);
    reader = await CosReader.open(m.cos.port);
  });

  it('accepts an object that is as it has to be', async () => {
    await expect(proveTarget(expected, reader, NEVER)).resolves.toBeUndefined();
  });

  it.each([
    ['another byte', { body: 'the bytez' }],
    ['a lost header', { headers: {} }],
    ['other metadata', { meta: { owner: 'Zoe' } }],
    ['a lost tag', { tags: {} }],
    ['another storage class', { storageClass: 'STANDARD' }],
  ])('refuses %s', async (_, change) => {
    await m.cos.seed(TARGET, { ...SEED, ...change });
    await expect(proveTarget(expected, reader, NEVER)).rejects.toThrow(Mismatch);
  });

  it('refuses a missing object and one that nobody asked for', async () => {
    await m.cos.seed(TARGET, { ...SEED, key: 'more' });
    await expect(proveTarget(expected, reader, NEVER)).rejects.toThrow('"more", which nobody asked for');
    m.cos.store(TARGET).delete('more');
    m.cos.store(TARGET).delete('..');
    await expect(proveTarget(expected, reader, NEVER)).rejects.toThrow('the target lacks ".."');
  });

  it('refuses a report that counts an object as copied which was to fail', async () => {
    await m.oss.seed(SOURCE, { key: 'a', body: 'a' });
    const report = await m.run(m.task({ taskId: 'one' }));
    await expect(proveReport(report, new Map([['a', 'copied']]), reader)).resolves.toBeUndefined();
    await expect(proveReport(report, new Map([['a', 'ARCHIVED']]), reader)).rejects.toThrow(Mismatch);
  });
});
