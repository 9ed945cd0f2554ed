/** A memory cgroup around one process, where this machine lets us make one: what it may use at most, page cache and kernel buffers too. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Kind {
  readonly root: string;
  readonly limit: string;
  /** How often the limit was met by taking page cache back. */
  readonly met: string;
}

const V1: Kind = { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', met: 'memory.failcnt' };
const V2: Kind = { root: '/sys/fs/cgroup', limit: 'memory.max', met: 'memory.events' };

export interface Cap {
  /** Puts a command in front of a program's, which moves the process in before the program begins. */
  around(command: readonly string[]): string[];
  remove(): Promise<void>;
}

/** Undefined where cgroups are not ours to make: then old space alone is limited. */
export async function cap(name: string, bytes: number): Promise<Cap | undefined> {
  const kind = existsSync(join(V1.root, V1.limit)) ? V1 : V2;
  const folder = join(kind.root, name);
  try {
    await mkdir(folder);
    await writeFile(join(folder, kind.limit), String(bytes));
  } catch {
    await rmdir(folder).catch(() => undefined);
    return undefined;
  }
  const move = `echo $$ > '${join(folder, 'cgroup.procs')}' && exec "$@"`;
  return {
    around: (command) => ['/bin/sh', '-c', move, 'sh', ...command],
    remove: () => removed(folder),
  };
}

/** The kernel forgets a process that has ended a moment later. */
async function removed(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if ((await readFile(join(folder, 'cgroup.procs'), 'utf8')) === '') break;
  }
  await rmdir(folder);
}
