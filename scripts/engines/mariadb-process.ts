/** A server as a child process: started until it says that it is ready, ended by its own handle, never left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface EngineProcess {
  readonly pid: number;
  /** Resolves when it has ended; one that does not heed the signal is killed. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

interface Expectation {
  /** A line that it prints when it can be used. */
  readonly ready: RegExp;
  readonly readyMsMax: number;
  readonly log: (line: string) => void;
  /** Its files: removed with it where this process dies before it has ended it. */
  readonly folder: string;
}

const LINES_KEPT = 20;
const END_MS_MAX = 20_000;

/** Rejects with the last lines of one that ends, or is not ready in time. */
export async function engineProcess(child: ChildProcess, expected: Expectation): Promise<EngineProcess> {
  const lines: string[] = [];
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = () => void child.kill('SIGKILL');
  if (child.pid !== undefined) guard(child.pid, expected.folder, exited);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    const timer = setTimeout(kill, END_MS_MAX);
    await exited;
    clearTimeout(timer);
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not ready after ${expected.readyMsMax} ms`)),
        expected.readyMsMax,
      );
      const read = (line: string) => {
        expected.log(line);
        if (lines.push(line) > LINES_KEPT) lines.shift();
        if (expected.ready.test(line)) resolve();
      };
      for (const stream of [child.stdout, child.stderr]) if (stream !== null) readLines(stream, read);
      child.once('error', reject);
      child.once('close', (code, by) => reject(new Error(`it ended with ${code ?? by ?? 'nothing'}`)));
      void exited.then(() => clearTimeout(timer));
    });
  } catch (error) {
    if (child.pid === undefined) throw error; // it was never there
    await end('SIGKILL');
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error([reason, ...lines].join('\n'), { cause: error });
  }
  if (child.pid === undefined) throw new Error('it has no process');
  return { pid: child.pid, end };
}

/** Sees this process end, however it ends, by a pipe that closes with it; a signal from the keyboard does not reach it. */
function guard(pid: number, folder: string, exited: Promise<void>): void {
  const script = 'read -r _; kill -9 "$0"; rm -rf "$1"';
  const watcher = spawn('sh', ['-c', script, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  void exited.then(() => watcher.kill('SIGKILL'));
}

function readLines(stream: Readable, read: (line: string) => void): void {
  createInterface({ input: stream }).on('line', read);
}
