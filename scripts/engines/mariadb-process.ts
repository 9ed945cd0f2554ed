/** A server as a child process: started until it says that it is ready, ended by its own handle, never left behind. */
import type { ChildProcess } from 'node:child_process';
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
}

const LINES_KEPT = 20;
const END_MS_MAX = 20_000;

/** Rejects with the last lines of one that ends, or is not ready in time. */
export async function engineProcess(child: ChildProcess, expected: Expectation): Promise<EngineProcess> {
  const lines: string[] = [];
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  void exited.then(() => process.off('exit', kill));
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
    throw new Error([String(error), ...lines].join('\n'), { cause: error });
  }
  if (child.pid === undefined) throw new Error('it has no process');
  return { pid: child.pid, end };
}

function readLines(stream: Readable, read: (line: string) => void): void {
  createInterface({ input: stream }).on('line', read);
}
