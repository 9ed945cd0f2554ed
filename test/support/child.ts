/** Runs a TypeScript program of the tests as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, type Plugin } from 'esbuild';
import { onTestFinished } from 'vitest';

const require = createRequire(import.meta.url);

/** The bundle lies outside the project: the native engine is named by where it is. */
const nativeByPath: Plugin = {
  name: 'native-by-path',
  setup(building) {
    building.onResolve({ filter: /^libsql$/ }, () => ({ path: require.resolve('libsql'), external: true }));
  },
};

/** Answers the bundle's path. */
export async function bundle(entry: string, folder: string): Promise<string> {
  const outfile = join(folder, 'child.mjs');
  const entryPoints = [join(import.meta.dirname, entry)];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [nativeByPath],
  });
  return outfile;
}

export interface Child {
  /** The next line of its stdout; rejects when there is none any more. */
  line(): Promise<string>;
  /** Kills it as the kernel does, and waits until it is gone. */
  kill(): Promise<void>;
}

export function run(program: string, ...args: string[]): Child {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  return {
    kill,
    line: async () => {
      const next = await lines.next();
      if (next.done === true) throw new Error('the child has ended without a further line');
      return next.value;
    },
  };
}
