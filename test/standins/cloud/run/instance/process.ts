/** The operating system's side of an instance: limits, freezing, memory, and an end that comes even to the frozen. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SCF } from '../../../../../lib/core/platform.ts';

export interface ProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * It leads a process group of its own. A frozen process does not notice that its parent is gone, so the kernel is asked
 * to kill it then.
 */
export function spawnInstance({ program, args, cwd, environment }: ProcessOptions): ChildProcess {
  const limits = ['--pdeathsig', 'KILL', '--', 'prlimit', `--nofile=${SCF.fileDescriptors}`, '--'];
  return spawn('setpriv', [...limits, process.execPath, program, ...args], {
    cwd,
    env: { ...environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** Reaches what the instance has started, too. Not to be called once the process and its pipes are gone. */
export function signalGroup({ pid }: ChildProcess, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Resident memory; 0 where the process is gone. */
export function residentBytes({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
