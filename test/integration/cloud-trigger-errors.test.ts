import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerOf, eventually, functionOf } from '../standins/cloud/run/harness.ts';
import { bodiesOf, handled, OK, triggerOf, useBroker } from '../standins/cloud/run/trigger-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const { open, newTopic, send, committed } = useBroker();

test('an execution error brings the same batch again `retry` times, then it is skipped and logged', async () => {
  const topic = await newTopic();
  const { runtime, invocations, logged } = open();
  const code = `exports.main_handler = async ({ Records }) => {
      if (Records.some(({ Ckafka }) => Ckafka.msgBody === 'poison')) throw new Error('cannot');
    };`;
  await send(topic, 'good', 'poison', 'after');
  await runtime.setTriggers(functionOf(code), [triggerOf(topic, { retry: 2 })]);
  await eventually(() => invocations.length >= 5);
  const attempts = invocations.map((invocation) => [bodiesOf(invocation)[0], invocation.outcome.status]);
  expect(attempts).toEqual([
    ['good', 0],
    ['poison', 430],
    ['poison', 430],
    ['poison', 430],
    ['after', 0],
  ]);
  expect(logged.some(({ line }) => line.includes('offsets 1–1 skipped after 2 retries'))).toBe(true);
  await expect.poll(() => committed(topic)).toBe('3');
});

test('a time limit counts as an execution error', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  const code = `exports.main_handler = async ({ Records: [{ Ckafka }] }) => {
      if (Ckafka.msgBody === 'slow') await new Promise(() => {});
    };`;
  await send(topic, 'slow', 'fast');
  await runtime.setTriggers(functionOf(code, { timeoutS: 1 }), [triggerOf(topic, { retry: 0 })]);
  await eventually(() => invocations.length >= 2);
  expect(invocations.map(({ outcome }) => outcome.status)).toEqual([433, 0]);
});

test('throttling never skips: it backs off until there is room', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  const fn = functionOf(OK);
  await send(topic, 'first', 'second');
  await runtime.setTriggers({ ...fn, reservedConcurrencyMb: 0 }, [triggerOf(topic, { retry: 1 })]);
  await eventually(() => invocations.length >= 6);
  expect(new Set(invocations.map(({ outcome }) => outcome.status))).toEqual(new Set([432]));
  expect(new Set(invocations.flatMap(bodiesOf))).toEqual(new Set(['first']));
  expect(await committed(topic)).toBe('-1');
  runtime.replace(fn);
  await eventually(() => handled(invocations).length === 2);
  expect(handled(invocations)).toEqual(['first', 'second']);
});

test('a function that is throttled by another invocation gets its batch later', async () => {
  const topic = await newTopic();
  const folder = await tempFolder();
  const { runtime, invocations } = open();
  const code = `exports.main_handler = async (event) => {
      while (!event.Records && !require('node:fs').existsSync(${JSON.stringify(folder)} + '/go'))
        await new Promise((resolve) => setTimeout(resolve, 5));
    };`;
  const fn = functionOf(code, { memoryMb: 256, reservedConcurrencyMb: 256 });
  const holding = runtime.invoke(fn, '{}');
  await send(topic, 'waits');
  await runtime.setTriggers(fn, [triggerOf(topic)]);
  await eventually(() => invocations.some(({ outcome }) => outcome.status === 432));
  writeFileSync(join(folder, 'go'), '');
  answerOf(await holding);
  await eventually(() =>
    invocations.some(({ trigger, outcome }) => trigger !== undefined && outcome.status === 0),
  );
});

test('a topic that is missing is an error where the trigger is set', async () => {
  const { runtime } = open();
  const missing = triggerOf(`missing-${randomUUID()}`);
  await expect(runtime.setTriggers(functionOf(OK), [missing])).rejects.toThrow(/topic/i);
});
