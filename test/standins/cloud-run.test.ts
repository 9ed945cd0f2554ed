import { expect, test } from 'vitest';
import { answerOf, functionOf, openRuntime, zipOf } from './cloud/run/harness.ts';

const ECHO = `exports.main_handler = async (event, context) => ({ event, context });`;

test('a handler gets the event and the documented context', async () => {
  const { runtime } = openRuntime();
  const fn = functionOf(ECHO, { memoryMb: 512, timeoutS: 60, environment: { TOPIC: 'segments' } });
  const outcome = await runtime.invoke(fn, '{"Records":[1]}');
  expect(answerOf(outcome)).toEqual({
    event: { Records: [1] },
    context: {
      request_id: outcome.requestId,
      function_name: 'copy',
      function_version: '$LATEST',
      namespace: 'default',
      memory_limit_in_mb: 512,
      time_limit_in_ms: 60_000,
      tencentcloud_region: 'ap-guangzhou',
      tencentcloud_appid: '1250000000',
      tencentcloud_uin: expect.stringMatching(/^\d+$/),
      environment: '{"SCF_NAMESPACE":"default","TOPIC":"segments"}',
      environ: 'SCF_NAMESPACE=default;TOPIC=segments',
      callbackWaitsForEmptyEventLoop: true,
    },
  });
  expect(outcome.errMsg).toBe('');
  expect(outcome.durationMs).toBeGreaterThan(0);
  expect(outcome.memoryBytes).toBeGreaterThan(10 * 2 ** 20);
});

test('the environment is the documented one with the function’s own variables, and nothing of this process', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = async () => ({ ...process.env });`;
  const environment = answerOf(
    await runtime.invoke(functionOf(code, { environment: { OWN: 'mine' } }), '{}'),
  );
  expect(environment).toMatchObject({
    OWN: 'mine',
    TENCENTCLOUD_REGION: 'ap-guangzhou',
    TENCENTCLOUD_APPID: '1250000000',
    TENCENTCLOUD_RUNENV: 'SCF',
    SCF_FUNCTIONNAME: 'copy',
    SCF_FUNCTIONVERSION: '$LATEST',
    SCF_NAMESPACE: 'default',
    HOME: '/home/qcloud',
  });
  const names = Object.keys(environment as object).sort();
  expect(names.join(' ')).toBe(
    'HOME LANG LC_ALL LOGNAME NODE_PATH OWN PATH PWD SCF_FUNCTIONNAME SCF_FUNCTIONVERSION SCF_NAMESPACE SCF_RUNTIME ' +
      'SHELL TENCENTCLOUD_APPID TENCENTCLOUD_REGION TENCENTCLOUD_RUNENV TENCENTCLOUD_TZ TENCENTCLOUD_UIN TMPDIR USER ' +
      'USER_CODE_ROOT _SCF_SERVER_PORT',
  );
});

test('a role’s key of now reaches a warm instance', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = async (_, context) => [process.pid, process.env.TENCENTCLOUD_SESSIONTOKEN,
    JSON.parse(context.environment).TENCENTCLOUD_SECRETID];`;
  const fn = functionOf(code);
  const first = await runtime.invoke({ ...fn, role: { id: 'id-1', secret: 's', token: 'token-1' } }, '{}');
  const second = await runtime.invoke({ ...fn, role: { id: 'id-2', secret: 's', token: 'token-2' } }, '{}');
  const [pid] = answerOf(first) as [number];
  expect(answerOf(first)).toEqual([pid, 'token-1', 'id-1']);
  expect(answerOf(second)).toEqual([pid, 'token-2', 'id-2']);
});

test('a function finds its own files, a folder for temporary ones, and no trace of its parent', async () => {
  const { runtime } = openRuntime();
  const code = `const fs = require('node:fs'); const { word } = require('./lib/word');
    exports.main_handler = async () => {
      fs.writeFileSync(require('node:os').tmpdir() + '/kept', word);
      return [word, fs.readFileSync(process.env.USER_CODE_ROOT + 'lib/word.js', 'utf8').length, typeof process.send];
    };`;
  const word = `exports.word = 'found';`;
  const zip = zipOf({ 'src/entry.js': code.replace('./lib', '../lib'), 'lib/word.js': word });
  const outcome = await runtime.invoke(functionOf('', { zip, handler: 'src/entry.main_handler' }), '{}');
  expect(answerOf(outcome)).toEqual(['found', word.length, 'undefined']);
});

test('what a handler throws is status 430 with its stack', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = async () => { throw new RangeError('too far'); };`;
  const outcome = await runtime.invoke(functionOf(code), '{}');
  expect(outcome.status).toBe(430);
  expect(JSON.parse(outcome.retMsg)).toEqual({
    errorCode: -1,
    errorMessage: 'user code exception caught',
    requestId: outcome.requestId,
    stackTrace: expect.stringMatching(/^RangeError: too far\n {4}at .*index\.js:1/),
    statusCode: 430,
  });
  expect(outcome.errMsg).toMatch(/^RangeError: too far/);
});

test.each([
  ['throws at once', `() => { throw new Error('thrown'); }`, 'Error: thrown'],
  ['calls back with an error', `(e, c, callback) => callback(new Error('told'))`, 'Error: told'],
  ['rejects with no error object', `() => Promise.reject('a word')`, 'a word'],
  ['answers a cycle', `async () => { const a = {}; a.a = a; return a; }`, 'TypeError: Converting circular'],
  ['answers a BigInt', `async () => 1n`, 'TypeError: Do not know how to serialize a BigInt'],
])('a handler that %s fails with status 430 and its instance is kept', async (_title, handler, message) => {
  const { runtime } = openRuntime();
  const code = `const fail = ${handler};
    exports.main_handler = (event, context, callback) => event.ask ? Promise.resolve(process.pid) : fail(event, context, callback);`;
  const pid = answerOf(await runtime.invoke(functionOf(code), '{"ask":true}'));
  const failed = await runtime.invoke(functionOf(code), '{}');
  expect([failed.status, failed.errMsg.slice(0, message.length)]).toEqual([430, message]);
  expect(answerOf(await runtime.invoke(functionOf(code), '{"ask":true}'))).toBe(pid);
});

test.each([
  ['process.exit(3)', 'exit code 3'],
  [`Promise.reject(new Error('nobody listens')); await new Promise(() => {})`, 'exit code 1'],
  [`process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})`, 'SIGSEGV'],
])('an instance that ends in the middle of an event is status 439: %s', async (statement, how) => {
  const { runtime, logged } = openRuntime();
  const code = `exports.main_handler = async () => { console.log('before'); ${statement}; };`;
  const outcome = await runtime.invoke(functionOf(code), '{}');
  expect(outcome.status).toBe(439);
  expect(outcome.errMsg).toContain(how);
  expect(logged[0]).toEqual({ requestId: outcome.requestId, line: 'before' });
});

test('what JSON cannot say is answered as null', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = async (event) => event.f ? () => 1 : undefined;`;
  expect((await runtime.invoke(functionOf(code), '{}')).retMsg).toBe('null');
  expect((await runtime.invoke(functionOf(code), '{"f":1}')).retMsg).toBe('null');
});

test('a callback’s answer waits for the event loop to be empty, unless it was told not to', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = event.waits;
      const late = setTimeout(() => { callback(null, 'late'); }, 300);
      callback(null, 'early');
    };`;
  expect(answerOf(await runtime.invoke(functionOf(code), '{"waits":true}'))).toBe('late');
  expect(answerOf(await runtime.invoke(functionOf(code), '{"waits":false}'))).toBe('early');
});

test('a plain handler that never calls back answers null once nothing is left to do', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = () => { setTimeout(() => console.log('done'), 50); return 'ignored'; };`;
  const outcome = await runtime.invoke(functionOf(code), '{}');
  expect([outcome.retMsg, outcome.log]).toEqual(['null', 'done\n']);
});

test.each([
  ['no such file', { handler: 'main.main_handler' }, 437, 'no file "main.js"'],
  ['no such method', { handler: 'index.other' }, 437, 'no function "other"'],
  ['no zip', { zip: Buffer.from('this is no zip') }, 437, 'invalid zip data'],
  ['a zip that climbs out', { zip: zipOf({ '../out.js': '' }) }, 437, 'outside'],
  [
    'code that throws',
    { zip: zipOf({ 'index.js': 'require("absent")' }) },
    430,
    `Cannot find module 'absent'`,
  ],
  ['code that exits', { zip: zipOf({ 'index.js': 'process.exit(2)' }) }, 439, 'exit code 2'],
])('a package with %s does not load', async (_title, parts, status, message) => {
  const { runtime } = openRuntime();
  const outcome = await runtime.invoke(functionOf(ECHO, parts), '{}');
  expect(outcome.status).toBe(status);
  expect(outcome.errMsg).toContain(message);
});

test('code that takes longer to load than it may is status 450', async () => {
  const { runtime } = openRuntime({ timing: { initMs: 300 } });
  const outcome = await runtime.invoke(functionOf(`for (;;);`, { timeoutS: 60 }), '{}');
  expect(outcome.status).toBe(450);
});

test('an event that is no JSON or above 6 MB reaches no code', async () => {
  const { runtime, logged } = openRuntime();
  const fn = functionOf(`console.log('loaded'); ${ECHO}`);
  expect((await runtime.invoke(fn, 'plain')).status).toBe(400);
  expect((await runtime.invoke(fn, JSON.stringify('x'.repeat(6 * 2 ** 20)))).status).toBe(406);
  expect(logged).toEqual([]);
});

test('an event and an answer of almost 6 MB pass, a larger answer is status 407', async () => {
  const { runtime } = openRuntime();
  const fn = functionOf(`exports.main_handler = async (event) => event.repeat(event.length < 4e6 ? 2 : 1);`);
  const whole = 'é'.repeat(3_000_000);
  const echoed = functionOf(`exports.main_handler = async (event) => event;`, { name: 'echo' });
  expect(answerOf(await runtime.invoke(echoed, JSON.stringify(whole)))).toBe(whole);
  expect((await runtime.invoke(fn, JSON.stringify('x'.repeat(3_200_000)))).status).toBe(407);
});
