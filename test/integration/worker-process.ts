/** Worker processes, ended with the test at the latest. */
import { expect, onTestFinished, vi } from 'vitest';
import { type Running, startCommand } from '../support/command.ts';
import type { Migration } from '../support/migration.ts';

const WRITTEN_MS_MAX = 60_000;

export function startWorker(env: Readonly<Record<string, string>>, ...args: string[]): Running {
  const running = startCommand({ stateDir: undefined, env }, 'worker', ...args);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

/** Waits until so many objects have arrived in the target. */
async function written(m: Migration, count: number): Promise<void> {
  await vi.waitFor(
    () => {
      expect(m.cos.requests.get('PutObject') ?? 0).toBeGreaterThan(count);
    },
    { timeout: WRITTEN_MS_MAX, interval: 20 },
  );
}

/** One is killed the hard way, another takes its place, and one is told to stop. Answers those that go on. */
export async function disturb(
  m: Migration,
  { objects, workers, env }: { objects: number; workers: Running[]; env: Readonly<Record<string, string>> },
): Promise<Running[]> {
  const [killed, stopped, ...others] = workers;
  if (killed === undefined || stopped === undefined) throw new TypeError('two workers are needed');
  await written(m, objects * 0.1);
  killed.child.kill('SIGKILL');
  const late = startWorker(env);
  await written(m, objects * 0.3);
  stopped.child.kill('SIGTERM');
  const ended = await stopped.ended;
  expect(ended.status, ended.stderr).toBe(0);
  expect(ended.stderr).toContain('stopping at a checkpoint');
  return [...others, late];
}
