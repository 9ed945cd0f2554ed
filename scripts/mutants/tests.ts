/** Runs test files in a folder and tells which test failed first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly test: string }
  /** Not done in time: the mistake makes something wait for ever. */
  | { readonly kind: 'hung' };

/** The simulation's share: enough for a mistake that matters to show, in some ten seconds. */
const SEEDS = '300';
const REPORT = 'mutant-report.json';

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export async function runTests(folder: string, files: readonly string[], limitMs: number): Promise<Verdict> {
  const report = join(folder, REPORT);
  await rm(report, { force: true });
  const program = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [
      program,
      'run',
      '--project=unit',
      '--project=simulation',
      '--bail',
      '1',
      '--reporter',
      'json',
      '--outputFile',
      report,
      ...files,
    ],
    // A group of its own, so that what hangs ends with all of its workers.
    {
      cwd: folder,
      env: { ...process.env, SIMULATION_SEEDS: SEEDS },
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    },
  );
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, limitMs);
  const [status] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (late.signal.aborted) return { kind: 'hung' };
  return status === 0 ? { kind: 'passed' } : { kind: 'failed', test: await firstFailure(report) };
}

async function firstFailure(path: string): Promise<string> {
  const { testResults } = JSON.parse(await readFile(path, 'utf8')) as Report;
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  const [line = ''] = testResults.map(({ message }) => message).filter((text) => text !== '');
  return failed?.fullName ?? line.split('\n')[0] ?? '';
}
