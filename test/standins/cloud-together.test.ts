import { expect, test } from 'vitest';
import { clientsOf, cloudOf, codeOf, functionNamed, untilActive, zipOf } from './cloud/harness.ts';
import { startFunctionRuntime } from './cloud/run/runtime.ts';

const FunctionName = 'copy';

/** What is deployed through the API runs in a process of its own, and its lines are found in the log service. */
test('a function that was deployed runs, with its variables and its role’s key, and leaves its log', async () => {
  const lines: Parameters<typeof cloud.appendFunctionLog>[] = [];
  const runtime = startFunctionRuntime({
    onLog: (fn, requestId, message) => lines.push([fn.name, { requestId, message }]),
  });
  const cloud = await cloudOf({ runtime });
  const { scf, cls } = clientsOf(cloud);
  const source = `exports.main_handler = async (event) => {
    console.log('copying ' + event.key);
    return { key: event.key, place: process.env.PLACE, id: process.env.TENCENTCLOUD_SECRETID };
  };`;
  await scf.CreateFunction({
    ...functionNamed(FunctionName),
    Code: { ZipFile: zipOf(source) },
    Timeout: 20,
    Role: 'oss2cos',
    Environment: { Variables: [{ Key: 'PLACE', Value: 'here' }] },
    ClsLogsetId: 'set-one',
    ClsTopicId: 'topic-one',
  });
  await untilActive(scf, FunctionName);
  const { Result } = await scf.Invoke({ FunctionName, ClientContext: '{"key":"a/b"}' });
  expect(JSON.parse(Result?.RetMsg ?? '')).toEqual({ key: 'a/b', place: 'here', id: 'AKIDrole' });
  expect(Result?.InvokeResult).toBe(0);
  await expect.poll(() => lines.some(([, { message }]) => message.includes('copying a/b'))).toBe(true);
  for (const line of lines) cloud.appendFunctionLog(...line);
  const query = { From: 0, To: Date.now() + 1_000, TopicId: 'topic-one' };
  const QueryString = `SCF_RequestId:"${Result?.FunctionRequestId ?? ''}" AND SCF_Message:"copying a/b"`;
  expect((await cls.SearchLog({ ...query, QueryString })).Results).toHaveLength(1);
});

test('new code answers once it has been updated, and an error of the code is a result', async () => {
  const { scf } = clientsOf(await cloudOf({ runtime: startFunctionRuntime() }));
  await scf.CreateFunction({ ...functionNamed(FunctionName), Timeout: 20 });
  await untilActive(scf, FunctionName);
  expect((await scf.Invoke({ FunctionName })).Result?.RetMsg).toBe('1');
  const ZipFile = zipOf('exports.main_handler = async () => { throw new Error("broken on purpose"); }');
  await scf.UpdateFunctionCode({ FunctionName, ZipFile });
  await untilActive(scf, FunctionName);
  const { Result } = await scf.Invoke({ FunctionName });
  expect(Result?.InvokeResult).not.toBe(0);
  expect(Result?.ErrMsg).toContain('broken on purpose');
  expect(await codeOf(scf.DeleteFunction({ FunctionName }))).toBe('');
});
