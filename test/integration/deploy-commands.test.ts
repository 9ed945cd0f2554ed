/** `npx serverless …` as people use it, against the stand-in of the cloud. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CloudStandin } from '../standins/cloud/server.ts';
import type { FunctionRuntime } from '../standins/cloud/runtime.ts';
import { startFunctionRuntime } from '../standins/cloud/run/runtime.ts';
import { type Account, CANARIES, openAccount, writes } from '../deploy/account.ts';
import { type Ended, type Service, serviceFolder } from '../deploy/cli.ts';

const LONG = { timeout: 60_000 };

async function site(): Promise<Account & Service> {
  const opened: CloudStandin[] = [];
  const real = startFunctionRuntime({
    onLog: ({ name }, requestId, message) => opened[0]?.appendFunctionLog(name, { requestId, message }),
  });
  const runtime: FunctionRuntime = {
    invoke: (fn, event) => real.invoke(fn, event),
    replace: (fn) => real.replace(fn),
    remove: (name) => real.remove(name),
    setTriggers: () => Promise.resolve(), // there is no broker to take messages from
    close: () => real.close(),
  };
  const account = await openAccount({}, { runtime });
  opened.push(account.cloud);
  return { ...account, ...(await serviceFolder(account.env)) };
}

function expectNoCanary({ stdout, stderr }: Ended): void {
  for (const canary of [...Object.values(CANARIES), 'canary-deployer-secret-key'])
    expect(stdout + stderr).not.toContain(canary);
}

test('deploy, deploy again, info, remove', LONG, async () => {
  const { run, cloud } = await site();
  const first = await run('deploy', '--verbose');
  expect(first).toMatchObject({ status: 0, stdout: '' });
  expect(first.stderr).toContain('created function planner: oss2cos-dev-planner, 512 MB, 300 s');
  expectNoCanary(first);
  cloud.resetCalls();
  const second = await run('deploy');
  expect(second.stderr).toContain('oss2cos-dev: nothing to change');
  expect(writes(cloud)).toEqual([]);
  const info = await run('info');
  expect(info.stdout).toContain('topic:     segments: oss2cos-dev-segments, 32 partitions, 2 replicas');
  expect(info.stdout).toContain('function:  copy: oss2cos-dev-copy, Active, 512 MB, 300 s; triggers: ckafka');
  expect(info.stdout).toContain('mysql:     10.0.0.20:3306, database oss2cos');
  expectNoCanary(info);
  const removed = await run('remove');
  expect(removed.status).toBe(0);
  expect(cloud.resources()).toMatchObject({ functions: [], topics: [], logsets: [], logTopics: [] });
});

test(
  'invoke prints the answer alone on stdout, a user’s mistakes as an error, a failure with its log',
  LONG,
  async () => {
    const { run, folder } = await site();
    expect((await run('deploy')).status).toBe(0);
    await writeFile(join(folder, 'task.json'), '{ "source": {} }');
    const good = await run('invoke', '-f', 'planner', '-p', 'task.json', '-l');
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({
      taskId: 'photos',
      name: 'oss2cos-dev-planner',
      brokers: '10.0.0.10:9092',
      secret: '[OSS_ACCESS_KEY_SECRET]',
    });
    expect(good.stderr).toContain('planning {"source":{}}');
    expectNoCanary(good);
    const bad = await run('invoke', '-f', 'planner', '-d', '{"bad":true}');
    expect(bad).toMatchObject({ status: 1, stdout: '' });
    expect(bad.stderr).toContain('the task is wrong:\n  - source: missing\n  - target: missing');
    const boom = await run('invoke', '-f', 'planner', '-d', '{"boom":true}');
    expect(boom).toMatchObject({ status: 1, stdout: '' });
    expect(boom.stderr).toMatch(/planner failed: .*no more range/s);
    expect(boom.stderr).toContain('planning {"boom":true}');
    const logs = await run('logs', '-f', 'planner', '--filter', 'source');
    expect(logs.stdout.trim().split('\n')).toHaveLength(1);
    expect(logs.stdout).toContain('planning {"source":{}}');
  },
);

test('logs --tail goes on and shows each line once', LONG, async () => {
  const { start, run, cloud } = await site();
  expect((await run('deploy')).status).toBe(0);
  const say = (message: string) => cloud.appendFunctionLog('oss2cos-dev-copy', { requestId: 'r1', message });
  say('first');
  const tail = start('logs', '-f', 'copy', '--tail', '--interval', '100');
  expect(await tail.line()).toMatch(/r1 first$/);
  say('second');
  expect(await tail.line()).toMatch(/r1 second$/);
  say('third');
  expect(await tail.line()).toMatch(/r1 third$/);
});

test('invoke local runs the bundle with the deployed environment', LONG, async () => {
  const { run, cloud } = await site();
  const local = await run(
    'invoke',
    'local',
    '-f',
    'planner',
    '-d',
    '{}',
    '--env',
    'OSS2COS_KAFKA_BROKERS=127.0.0.1:1',
  );
  expect(JSON.parse(local.stdout)).toMatchObject({ taskId: 'photos', brokers: '127.0.0.1:1' });
  expect(local.stderr).toContain('planning {}');
  expectNoCanary(local);
  const boom = await run('invoke', 'local', '-f', 'planner', '-d', '{"boom":true}');
  expect(boom).toMatchObject({ status: 1, stdout: '' });
  expect(boom.stderr).toContain('no more range');
  expect(writes(cloud)).toEqual([]);
});

test('package gives the same bytes twice and needs nothing of the account', LONG, async () => {
  const { run, folder, cloud } = await site();
  const bytes = async () => {
    const told = await run('package');
    expect(told.stderr).toMatch(/planner\.zip: \d+ kB zipped, \d+ kB unpacked, [0-9a-f]{32}/);
    return Promise.all(
      ['planner', 'copy', 'reporter'].map((key) => readFile(join(folder, '.serverless', `${key}.zip`))),
    );
  };
  const first = await bytes();
  expect(await bytes()).toEqual(first);
  expect(cloud.calls).toEqual([]);
});

test('print shows the configuration and no secret', LONG, async () => {
  const { run } = await site();
  const printed = await run('print');
  expect(printed.stdout).toContain('instanceId: ckafka-test0001');
  expectNoCanary(printed);
});

test('a name that is not in the schema is an error before anything is asked', LONG, async () => {
  const { run, edit, cloud } = await site();
  await edit('retentionDays: 7', 'retentionDay: 7');
  const refused = await run('deploy');
  expect(refused.status).toBe(1);
  expect(refused.stdout).toContain("unrecognized property 'retentionDay'");
  expect(cloud.calls).toEqual([]);
});

test('mistakes that no schema can see are listed all at once', LONG, async () => {
  const { run, edit, cloud } = await site();
  await edit('memorySize: 512', 'memorySize: 500');
  await edit('timeout: 300', 'timeout: 60');
  await edit("'0 */1 * * * * *'", "'*/1 * * * *'");
  const { status, stderr } = await run('deploy');
  expect(status).toBe(1);
  for (const mistake of [
    'functions.copy.memorySize: 500 MB',
    'functions.planner.timeout: at least 90 s',
    'has 5 fields',
  ])
    expect(stderr).toContain(mistake);
  expect(cloud.calls).toEqual([]);
});

test('--region and --stage make another deployment', LONG, async () => {
  const { run, cloud } = await site();
  const elsewhere = await run('deploy', '--region', 'ap-shanghai');
  expect(elsewhere.status).toBe(1);
  expect(cloud.calls.every(({ error }) => error !== undefined)).toBe(true);
  expect((await run('deploy', '--stage', 'prod')).stderr).toContain('created topic oss2cos-prod-ranges');
  expect(cloud.resources().functions.map(({ name }) => name)).toContain('oss2cos-prod-copy');
});
