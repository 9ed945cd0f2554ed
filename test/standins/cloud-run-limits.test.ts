import { expect, test } from 'vitest';
import { answerOf, eventually, functionOf, isAlive, openRuntime } from './cloud/run/harness.ts';

test('past its time limit an invocation is killed in the middle, and the next one starts anew', async () => {
  const { runtime, logged } = openRuntime();
  const code = `exports.main_handler = async ({ hangs }) => {
      console.log(process.pid);
      if (hangs) for (;;);
      return process.pid;
    };`;
  const fn = functionOf(code, { timeoutS: 1 });
  const first = answerOf(await runtime.invoke(fn, '{}'));
  const killed = await runtime.invoke(fn, '{"hangs":true}');
  expect(killed.status).toBe(433);
  expect(JSON.parse(killed.retMsg)).toEqual({
    errorCode: -1,
    errorMessage: 'Invoking task timed out after 1 seconds',
    requestId: killed.requestId,
    statusCode: 433,
  });
  expect(killed.durationMs).toBeGreaterThanOrEqual(1000);
  expect(logged.find(({ requestId }) => requestId === killed.requestId)?.line).toBe(String(first));
  await eventually(() => !isAlive(first as number));
  expect(answerOf(await runtime.invoke(fn, '{}'))).not.toBe(first);
});

test('the time limit of one event does not count the time of those before it', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = () => new Promise((resolve) => setTimeout(resolve, 400, process.pid));`;
  const fn = functionOf(code, { timeoutS: 1 });
  const pids = [];
  for (let event = 0; event < 4; event++) pids.push(answerOf(await runtime.invoke(fn, '{}')));
  expect(new Set(pids).size).toBe(1);
});

test('an instance that takes more memory than configured is killed with status 434', async () => {
  const { runtime } = openRuntime();
  const code = `const kept = [];
    exports.main_handler = async ({ mib }) => {
      for (; mib > 0; mib -= 8) {
        kept.push(Buffer.alloc(8 << 20, 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return 'had room';
    };`;
  const fn = functionOf(code, { memoryMb: 256 });
  expect(answerOf(await runtime.invoke(fn, '{"mib":64}'))).toBe('had room');
  const outcome = await runtime.invoke(fn, '{"mib":2048}');
  expect(outcome.status).toBe(434);
  expect(outcome.errMsg).toBe('Task memory exceeded 256 MB');
  expect(outcome.memoryBytes).toBeGreaterThan(256 * 2 ** 20);
});

test('an instance has 1,024 file descriptors', async () => {
  const { runtime } = openRuntime();
  const code = `const fs = require('node:fs');
    exports.main_handler = async () => {
      let highest = 0;
      try { for (;;) highest = Math.max(highest, fs.openSync('/dev/null')); } catch (error) { return [highest, error.code]; }
    };`;
  expect(answerOf(await runtime.invoke(functionOf(code), '{}'))).toEqual([1_023, 'EMFILE']);
});

test('console output belongs to its request, also where requests run side by side', async () => {
  const { runtime, logged } = openRuntime();
  const code = `exports.main_handler = async ({ name }) => {
      for (let at = 0; at < 50; at++) {
        console.log(name, at);
        await new Promise((resolve) => setImmediate(resolve));
      }
      console.error('last of', name);
      process.stdout.write('without an end of line');
    };`;
  const names = ['one', 'two', 'three'];
  const outcomes = await Promise.all(
    names.map((name) => runtime.invoke(functionOf(code), JSON.stringify({ name }))),
  );
  for (const [at, { requestId, log }] of outcomes.entries()) {
    const name = names[at]!;
    const lines = logged.filter((entry) => entry.requestId === requestId).map(({ line }) => line);
    const counted = Array.from({ length: 50 }, (_, number) => `${name} ${number}`);
    expect([...lines].sort()).toEqual([...counted, `last of ${name}`, 'without an end of line'].sort());
    expect(log).toContain(`${name} 49\n`);
  }
});

test('the log in an answer is the last 4 KB, in whole characters, and the whole goes to the log', async () => {
  const { runtime, logged } = openRuntime();
  const code = `exports.main_handler = async () => { console.log('first'); console.log('中'.repeat(3000)); console.log('last'); };`;
  const { log } = await runtime.invoke(functionOf(code), '{}');
  expect(Buffer.byteLength(log)).toBeGreaterThan(4_090);
  expect(Buffer.byteLength(log)).toBeLessThanOrEqual(4_096);
  expect(log).toMatch(/^中+\nlast\n$/);
  expect(logged.map(({ line }) => line)).toEqual(['first', '中'.repeat(3000), 'last']);
});

test('a failed invocation says so in the log', async () => {
  const { runtime, logged } = openRuntime();
  const outcome = await runtime.invoke(
    functionOf(`exports.main_handler = async () => { throw 'x'; };`),
    '{}',
  );
  expect(logged).toEqual([{ requestId: outcome.requestId, line: `ERROR ${outcome.retMsg}` }]);
});
