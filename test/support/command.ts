/** The built command line in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '../../lib/core/task.ts';
import { ENVIRONMENT, type Migration } from './migration.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface CommandPlace {
  /** Undefined for commands that keep no state. */
  readonly stateDir: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `oss2cos ARGS` with the stand-ins' credentials. */
export function startCommand({ stateDir, env }: CommandPlace, ...args: string[]): Running {
  const where = stateDir === undefined ? [] : ['--state-dir', stateDir];
  const child = spawn(process.execPath, ['dist/oss2cos.js', ...args, ...where], {
    env: { ...process.env, ...ENVIRONMENT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, ...text }));
  return { child, ended };
}

/** Writes the task beside the state and answers its path. */
export async function taskFile(m: Pick<Migration, 'stateDir'>, task: Task): Promise<string> {
  const path = join(m.stateDir, `${task.taskId}.json`);
  await writeFile(path, JSON.stringify(task));
  return path;
}
