import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Report } from '../../lib/core/report.ts';
import { differences, targetKeys } from '../support/compare.ts';
import { startCommand, taskFile } from '../support/command.ts';
import { type Migration, openMigration, SOURCE } from '../support/migration.ts';

/** `KILL_OBJECTS=50000 npx vitest run test/e2e/kill.test.ts` for a longer show. */
const OBJECTS = Number(process.env.KILL_OBJECTS ?? 6_000);
const TIMEOUT_MS = 60_000 + OBJECTS * 5;

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
  for (let i = 0; i < OBJECTS; i++)
    await m.oss.seed(SOURCE, { key: `folder ${i % 7}/${i}`, body: `body ${i}`, meta: { n: String(i) } });
});
afterEach(async () => {
  await m.close();
});

const puts = () => m.cos.requests.get('PutObject') ?? 0;

/** Starts the command and ends it the hard way once so many objects have been written. */
async function killAfter(written: number, task: string, signal: NodeJS.Signals): Promise<number | null> {
  const { child, ended } = startCommand(m, 'migrate', task);
  await vi.waitFor(
    () => {
      expect(puts()).toBeGreaterThan(written);
    },
    { timeout: TIMEOUT_MS, interval: 5 },
  );
  child.kill(signal);
  return (await ended).status;
}

/** The same task under a new id with `changed`: two HEADs a pair, a listing on each side, and nothing moves. */
async function secondPass(): Promise<void> {
  m.oss.resetCounts();
  m.cos.resetCounts();
  const file = await taskFile(m, m.task({ taskId: 'second', conflict: 'changed' }));
  const { status, stdout, stderr } = await startCommand(m, 'migrate', file, '--json').ended;
  expect(status, stderr).toBe(0);
  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({ status: 'succeeded', objects: { copied: 0, skipped: OBJECTS } });
  expect(m.oss.requests.get('GetObject')).toBeUndefined();
  expect(m.oss.requests.get('HeadObject')).toBe(OBJECTS + 1); // preflight
  expect(m.cos.requests.get('HeadObject')).toBe(OBJECTS);
  expect(m.oss.requests.get('ListObjects')).toBe(Math.ceil(OBJECTS / 1_000) + 1);
  show('second pass with changed', report);
}

/** For whoever asked for the longer show. */
function show(what: string, { objects, verified }: Report): void {
  if (process.env.KILL_OBJECTS === undefined) return;
  const requests = { oss: Object.fromEntries(m.oss.requests), cos: Object.fromEntries(m.cos.requests) };
  process.stdout.write(`${what}: ${JSON.stringify({ objects, verified, requests })}\n`);
}

it(
  'goes on after kill -9 at any moment, and ends with every key, byte and header',
  async () => {
    const task = m.task({ taskId: 'killed' });
    const file = await taskFile(m, task);
    for (const written of [1, Math.floor(OBJECTS * 0.22), Math.floor(OBJECTS * 0.65)])
      await killAfter(written, file, 'SIGKILL');
    const last = await startCommand(m, 'migrate', file, '--json').ended;
    expect(last.status, last.stderr).toBe(0);
    const report = JSON.parse(last.stdout) as Report;
    expect(report).toMatchObject({
      status: 'succeeded',
      objects: { total: OBJECTS, copied: OBJECTS, pending: 0 },
    });
    expect(await differences(m, task)).toEqual([]);
    expect(targetKeys(m)).toHaveLength(OBJECTS);
    show('killed three times', report);
    await secondPass();
  },
  TIMEOUT_MS,
);

it(
  'writes a checkpoint at SIGINT, so that nothing that was copied moves again',
  async () => {
    const file = await taskFile(m, m.task({ taskId: 'stopped' }));
    expect(await killAfter(2_000, file, 'SIGINT')).toBe(130);
    const last = await startCommand(m, 'migrate', file, '--json').ended;
    expect(last.status, last.stderr).toBe(0);
    const moved = m.oss.requests.get('GetObject') ?? 0;
    expect(moved).toBeGreaterThanOrEqual(OBJECTS);
    expect(moved).toBeLessThanOrEqual(OBJECTS + 64); // those under way when it stopped
  },
  TIMEOUT_MS,
);
