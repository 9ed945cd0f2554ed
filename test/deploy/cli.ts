/** The real command line in a process of its own, over a service folder with the project's serverless.yml and small functions. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'node_modules/serverless/bin/serverless.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Service {
  readonly folder: string;
  /** Runs `serverless ARGS`. */
  readonly run: (...args: string[]) => Promise<Ended>;
  /** The same, left running; it is killed when the test ends. */
  readonly start: (...args: string[]) => { line(): Promise<string> };
  /** Replaces text in serverless.yml; throws where it is not there. */
  readonly edit: (from: string, to: string) => Promise<void>;
}

const SOURCES: Readonly<Record<string, string>> = {
  planner: `import { createHash } from 'node:crypto';
    export const main_handler = async (event: { bad?: boolean; boom?: boolean }, context: { function_name: string }) => {
      console.log('planning', JSON.stringify(event));
      if (event.boom) throw new Error('no more range');
      if (event.bad) return { error: 'the task is wrong:\\n  - source: missing', mistakes: ['source: missing', 'target: missing'] };
      const secret = process.env.OSS_ACCESS_KEY_SECRET ?? '';
      return { taskId: 'photos', name: context.function_name, brokers: process.env.OSS2COS_KAFKA_BROKERS, digest: createHash('md5').update(secret).digest('hex'), secret };
    };`,
  copy: `export const main_handler = async () => 'copied';`,
  reporter: `export const main_handler = async () => undefined;`,
};

export async function serviceFolder(env: Readonly<Record<string, string>>): Promise<Service> {
  const folder = await tempFolder();
  await mkdir(join(folder, 'functions'));
  for (const [key, source] of Object.entries(SOURCES))
    await writeFile(join(folder, 'functions', `${key}.ts`), source);
  for (const shared of ['scripts', 'lib', 'node_modules'])
    await symlink(join(ROOT, shared), join(folder, shared));
  const yml = join(folder, 'serverless.yml');
  await cp(join(ROOT, 'serverless.yml'), yml);
  return {
    folder,
    run: (...args) => run(folder, env, args),
    start: (...args) => start(folder, env, args),
    edit: async (from, to) => {
      const text = await readFile(yml, 'utf8');
      if (!text.includes(from)) throw new Error(`serverless.yml has no ${from}`);
      await writeFile(yml, text.replace(from, to));
    },
  };
}

type Environment = Readonly<Record<string, string>>;

function spawned(cwd: string, env: Environment, args: readonly string[]) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  return { child, closed };
}

async function run(cwd: string, env: Environment, args: readonly string[]): Promise<Ended> {
  const { child, closed } = spawned(cwd, env, args);
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const [status] = await closed;
  return { status, ...text };
}

function start(cwd: string, env: Environment, args: readonly string[]): { line(): Promise<string> } {
  const { child } = spawned(cwd, env, args);
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error('it ended without a further line');
      return next.value;
    },
  };
}
