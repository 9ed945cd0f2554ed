/** Nothing that a run produces holds a credential: every secret is a canary, and everything is searched for each. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leaks } from '../support/canaries.ts';
import { startCommand, type Ended } from '../support/command.ts';
import { type CosStandin, startCos } from '../standins/cos/server.ts';
import { type OssStandin, startOss } from '../standins/oss/server.ts';

const SOURCE = 'photos';
const TARGET = 'photos-1250000000';
/** With what addresses, JSON and base64 write otherwise than plain text does. */
const canary = (name: string) => `canary-${name}+/="x&${name}=`;
const NAMES = [
  ...['OSS_ACCESS_KEY_ID', 'OSS_ACCESS_KEY_SECRET', 'COS_SECRET_ID', 'COS_SECRET_KEY'],
  ...['TENCENTCLOUD_SECRETID', 'TENCENTCLOUD_SECRETKEY', 'TENCENTCLOUD_SESSIONTOKEN'],
  ...['TENCENTCLOUD_SECRET_ID', 'TENCENTCLOUD_SECRET_KEY', 'TENCENTCLOUD_TOKEN'],
  ...['OSS2COS_KAFKA_PASSWORD', 'OSS2COS_MYSQL_PASSWORD'],
];
/** Ids stand in headers that are sent, with characters that those can carry. */
const ENV: Readonly<Record<string, string>> = Object.fromEntries(
  NAMES.map((name) => [name, name.endsWith('ID') ? `canaryid${name.replaceAll('_', '')}` : canary(name)]),
);
const TOKENS = { OSS_SECURITY_TOKEN: 'canary-oss-token+/==', COS_SECURITY_TOKEN: 'canary-cos-token+/==' };

let oss: OssStandin;
let cos: CosStandin;
let stateDir: string;
const outputs = new Map<string, string>();
const commandLines: string[] = [];

beforeAll(async () => {
  const key = (id: string, secret: string) => ({ id: ENV[id] ?? '', secret: ENV[secret] ?? '' });
  oss = await startOss({
    buckets: { [SOURCE]: { region: 'oss-cn-hangzhou' } },
    credentials: [key('OSS_ACCESS_KEY_ID', 'OSS_ACCESS_KEY_SECRET')],
  });
  cos = await startCos({
    buckets: { [TARGET]: { region: 'ap-guangzhou' } },
    credentials: [key('COS_SECRET_ID', 'COS_SECRET_KEY')],
  });
  stateDir = await mkdtemp(join(tmpdir(), 'oss2cos-canary-'));
  for (const name of ['fine', 'denied', 'archived', 'broken', 'echoed'])
    await oss.seed(SOURCE, {
      key: name,
      body: name,
      storageClass: name === 'archived' ? 'Archive' : 'Standard',
    });
  const echo = `StringToSign: GET\nx-oss-security-token:${TOKENS.OSS_SECURITY_TOKEN} ${Object.values(ENV).join(' ')}`;
  const refused = { kind: 'status', status: 403, message: echo } as const;
  oss.faults.add({
    when: { action: 'GetObject', key: 'denied' },
    fault: { ...refused, code: 'SignatureDoesNotMatch' },
  });
  oss.faults.add({ when: { action: 'GetObject', key: 'echoed' }, fault: { ...refused, code: echo } });
  cos.faults.add({
    when: { action: 'PutObject', key: 'broken' },
    fault: { ...refused, code: 'AccessDenied' },
  });
  cos.faults.add({ when: { action: 'PutObject', key: 'fine', nth: 1 }, fault: { kind: 'reset' } });
  await play();
}, 120_000);

afterAll(async () => {
  await Promise.all([oss.close(), cos.close(), rm(stateDir, { recursive: true })]);
});

async function ended(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const running = startCommand({ stateDir, env: { ...ENV, OSS2COS_DEBUG: '1', ...env } }, ...args);
  const { pid = 0 } = running.child;
  commandLines.push(await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => ''));
  const end = await running.ended;
  outputs.set(name, `${end.stdout}${end.stderr}`);
  return end;
}

/** A run that ends with failures, its report, wrong keys, tokens that are refused, and a crash in the middle. */
async function play(): Promise<void> {
  const file = join(stateDir, 'task.json');
  const task = (taskId: string) => ({
    taskId,
    source: { bucket: SOURCE, region: 'oss-cn-hangzhou', endpoint: oss.url },
    target: { bucket: TARGET, region: 'ap-guangzhou', endpoint: cos.url },
  });
  await writeFile(file, JSON.stringify(task('canaries')));
  expect((await ended('run', ['migrate', file])).status).toBe(2);
  expect((await ended('status', ['status', file, '--json'])).status).toBe(2);
  expect(
    (await ended('wrong key', ['preflight', file], { OSS_ACCESS_KEY_SECRET: canary('wrong') })).status,
  ).toBe(1);
  expect((await ended('tokens', ['preflight', file], TOKENS)).status).toBe(1);
  const crash = join(stateDir, 'crash.mjs');
  await writeFile(
    crash,
    `import { Socket } from 'node:net'; const { write } = Socket.prototype; let left = 3;
    Socket.prototype.write = function (...args) { if (left-- === 0) process.nextTick(() => { throw Object.assign(new Error('crash'), { args: 'none' }); }); return write.apply(this, args); };`,
  );
  await writeFile(file, JSON.stringify(task('crashed')));
  const crashed = await ended('crash', ['migrate', file], { NODE_OPTIONS: `--import=${crash}` });
  expect(crashed.stderr).toContain('Error: crash');
}

async function fileTexts(folder: string): Promise<[string, string][]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (path): Promise<[string, string]> => [path, await readFile(path, 'latin1')]),
  );
}

async function stateTexts(): Promise<[string, string][]> {
  const store = cos.store(TARGET);
  return Promise.all(
    [...store.keys()].map(async (key): Promise<[string, string]> => {
      const object = store.get(key);
      if (object === undefined) throw new Error(`${key} is gone`);
      const chunks: Buffer[] = [];
      for await (const chunk of object.body.read(0, object.size)) chunks.push(Buffer.from(chunk));
      const bytes = Buffer.concat(chunks);
      const headers = JSON.stringify(object);
      return [key, `${headers}${(key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')}`];
    }),
  );
}

const SECRETS = { ...ENV, ...TOKENS, wrong: canary('wrong') };
const leaksIn = (texts: Iterable<[string, string]>) => leaks(SECRETS, texts);

it('the search itself finds each secret in every writing, in a line of a log', () => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    const log = (text: string) => [['a log', `{"level":"info","event":${text}}`]] as [string, string][];
    for (const text of [secret, `"https://u:${encodeURIComponent(secret)}@h"`, JSON.stringify(`x${secret}y`)])
      expect(leaksIn(log(text))).toContain(`${name} in a log`);
    expect(leaksIn(log(Buffer.from(secret).toString('base64')))).toContain(`${name} in a log`);
  }
  expect(leaksIn([['a log', 'nothing of it']])).toEqual([]);
});

it('no output, debug logs and a crash among them, holds a credential in any writing', () => {
  expect(outputs.get('run')).toContain('"level":"');
  expect(outputs.get('wrong key')).toContain('SignatureDoesNotMatch');
  expect(leaksIn(outputs)).toEqual([]);
});

it('no state object, gunzipped, holds one: reports, results, failed manifest, task', async () => {
  const texts = await stateTexts();
  for (const name of ['task.json', 'report.json', 'report.html', 'failed.jsonl', '.jsonl.gz'])
    expect(texts.map(([key]) => key).filter((key) => key.endsWith(name))).not.toEqual([]);
  expect(leaksIn(texts)).toEqual([]);
});

it('no file of the state directory and no command line holds one', async () => {
  const texts = await fileTexts(stateDir);
  expect(texts.some(([path]) => path.includes('canaries'))).toBe(true);
  expect(leaksIn(texts)).toEqual([]);
  expect(commandLines.some((line) => line.includes('migrate'))).toBe(true);
  expect(leaksIn(commandLines.map((line): [string, string] => ['a command line', line]))).toEqual([]);
});
