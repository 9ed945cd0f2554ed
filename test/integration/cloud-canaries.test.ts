/** What a deployment writes holds no secret: its functions' logs, printed lines, zips, resources, state objects, files. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { collected } from '../support/bytes.ts';
import { leaks } from '../support/canaries.ts';
import { ENVIRONMENT, SOURCE, TARGET } from '../support/migration.ts';
import { functionOf } from '../standins/cloud/run/harness.ts';
import { startFunctionRuntime } from '../standins/cloud/run/runtime.ts';
import { type Cloud, DEPLOYER, openCloud } from './cloud.ts';

let cloud: Cloud;
let secrets: Readonly<Record<string, string>>;
beforeEach(async () => {
  cloud = await openCloud();
  secrets = {
    oss: ENVIRONMENT.OSS_ACCESS_KEY_SECRET,
    cos: ENVIRONMENT.COS_SECRET_KEY,
    deployer: DEPLOYER.secret,
    mysql: inject('mariadb').password,
  };
});
afterEach(() => cloud.close());

type Texts = [where: string, text: string][];

async function filesIn(folder: string): Promise<Texts> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path): Promise<Texts[0]> => [path, await readFile(path, 'latin1')]));
}

async function stateObjects(): Promise<Texts> {
  const store = cloud.m.cos.store(TARGET);
  const texts = [...store.keys()].map(async (key): Promise<Texts[0]> => {
    const { body } = store.get(key)!;
    const bytes = await collected(body.read(0, body.size));
    return [key, (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')];
  });
  return Promise.all(texts);
}

/** The files of every zip that was uploaded. */
function zipped(): Texts {
  return cloud.api.calls.flatMap(({ action, params }) => {
    const code = (params.Code as { ZipFile?: string } | undefined)?.ZipFile ?? params.ZipFile;
    if (typeof code !== 'string') return [];
    const files = Object.entries(unzipSync(Buffer.from(code, 'base64')));
    return files.map(([name, bytes]): Texts[0] => [
      `${action}: ${name}`,
      Buffer.from(bytes).toString('latin1'),
    ]);
  });
}

/** All that exists in the account, but for the variables that functions are configured with. */
function resources(): Texts {
  const { functions, ...others } = cloud.api.resources();
  const bare = functions.map(({ environment: _, settings: { Environment: __, ...settings }, ...fn }) => {
    return { ...fn, settings };
  });
  return [['resources', JSON.stringify({ ...others, functions: bare })]];
}

/** A migration with failures, and with a store that repeats what it was sent. */
async function play(): Promise<Texts> {
  const { m } = cloud;
  for (let i = 0; i < 20; i++) await m.oss.seed(SOURCE, { key: `k/${i}`, body: `body ${i}` });
  await m.oss.seed(SOURCE, { key: 'cold', body: 'cold', storageClass: 'Archive' });
  await m.oss.seed(SOURCE, { key: 'echoed', body: 'echoed' });
  const echo = `StringToSign: ${Object.values(secrets).join(' ')}`;
  m.oss.faults.add({
    when: { action: 'GetObject', key: 'echoed' },
    fault: { kind: 'status', status: 403, code: echo, message: echo },
  });
  const path = join(m.stateDir, 'task.json');
  await writeFile(path, JSON.stringify(m.task({ taskId: 'canaries' })));
  const printed: Texts = [];
  const run = async (...args: string[]) => {
    const { status, stdout, stderr } = await cloud.serverless(args);
    printed.push([`serverless ${args.join(' ')}`, stdout + stderr]);
    return { status, stdout, stderr };
  };
  expect(await run('deploy', '--verbose')).toMatchObject({ status: 0 });
  expect(await run('invoke', '-f', 'planner', '-p', path, '-l')).toMatchObject({ status: 0 });
  expect(await cloud.report('canaries')).toMatchObject({ objects: { copied: 20, failed: 2 } });
  expect(await run('invoke', '-f', 'planner', '-d', '{"taskId":1}')).toMatchObject({ status: 1 });
  await run('info');
  await run('print');
  for (const fn of ['planner', 'copy', 'reporter']) await run('logs', '-f', fn);
  return printed;
}

it('nothing that it writes holds a secret', async () => {
  const printed = await play();
  expect(cloud.log.some((line) => line.includes('"level":"'))).toBe(true);
  expect(zipped().length).toBeGreaterThanOrEqual(3);
  const texts = [
    ...printed,
    ...cloud.log.map((line): Texts[0] => ['a function’s log', line]),
    ...zipped(),
    ...resources(),
    ...(await stateObjects()),
    ...(await filesIn(cloud.m.stateDir)),
  ];
  expect(texts.map(([where]) => where)).toContain('.oss2cos/canaries/failed.jsonl');
  expect(leaks(secrets, texts)).toEqual([]);
});

it('a function that tells its secret in its log is found out, and serverless still does not print it', async () => {
  expect((await cloud.serverless(['deploy'])).status).toBe(0);
  const copy = cloud.api.resources().functions.find(({ name }) => name.endsWith('-copy'))!;
  const lines: string[] = [];
  const runtime = startFunctionRuntime({ onLog: (_fn, _id, line) => void lines.push(line) });
  try {
    const code = `exports.main_handler = async () => console.log(JSON.stringify({ level: 'info', env: process.env }));`;
    const { environment } = copy;
    expect((await runtime.invoke(functionOf(code, { environment }), '{}')).status).toBe(0);
    await vi.waitUntil(() => lines.some((line) => line.includes('"env"')));
  } finally {
    await runtime.close();
  }
  const found = leaks(
    secrets,
    lines.map((line): Texts[0] => ['its log', line]),
  );
  expect(found).toContain('oss in its log');
  for (const message of lines) cloud.api.appendFunctionLog(copy.name, { requestId: 'r1', message });
  const { stdout } = await cloud.serverless(['logs', '-f', 'copy']);
  expect(stdout).toContain('[OSS_ACCESS_KEY_SECRET]');
  expect(leaks(secrets, [['serverless logs', stdout]])).toEqual([]);
});
