import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, functionOf } from '../standins/cloud/run/harness.ts';
import {
  bodiesOf,
  handled,
  OK,
  recordsOf,
  triggerOf,
  useBroker,
} from '../standins/cloud/run/trigger-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const { open, newTopic, send, committed } = useBroker();

test('the event has the documented records, with both spellings of the partition', async () => {
  const topic = await newTopic(2);
  const { runtime, invocations } = open();
  await send(topic, { key: 'k', value: 'with a key', partition: 1 }, { value: '{"json":1}', partition: 1 });
  await runtime.setTriggers(functionOf(OK), [triggerOf(topic, { maxMsgNum: 2 })]);
  await eventually(() => invocations.length > 0);
  expect(recordsOf(invocations[0]!)).toEqual([
    { topic, Partition: 1, offset: 0, msgKey: 'k', msgBody: 'with a key' },
    { topic, partition: 1, offset: 1, msgKey: 'None', msgBody: '{"json":1}' },
  ]);
  expect(invocations[0]!.trigger).toBe(`ckafka-standin-${topic}`);
});

test('a batch holds at most maxMsgNum messages, in order, and each message once', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  const bodies = Array.from({ length: 25 }, (_, at) => `m${at}`);
  await send(topic, ...bodies);
  await runtime.setTriggers(functionOf(OK), [triggerOf(topic, { maxMsgNum: 10 })]);
  await eventually(() => handled(invocations).length >= 25);
  expect(invocations.map((invocation) => recordsOf(invocation).length)).toEqual([10, 10, 5]);
  expect(handled(invocations)).toEqual(bodies);
  await expect.poll(() => committed(topic)).toBe('25');
});

test('an event stays below 6 MB', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  const megabytes = (count: number, letter: string) => letter.repeat(count * 2 ** 20);
  for (const letter of ['a', 'b', 'c', 'd']) await send(topic, megabytes(2, letter));
  await runtime.setTriggers(functionOf(OK), [triggerOf(topic, { maxMsgNum: 100, timeOutS: 3 })]);
  await eventually(() => handled(invocations).length >= 4);
  expect(invocations.map(({ event }) => Buffer.byteLength(event) <= 6 * 2 ** 20)).not.toContain(false);
  expect(recordsOf(invocations[0]!).length).toBe(2);
  expect(handled(invocations).map((body) => body[0])).toEqual(['a', 'b', 'c', 'd']);
});

test('a trigger waits timeOut seconds for a batch to fill, and no longer than until it is full', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  await runtime.setTriggers(functionOf(OK), [triggerOf(topic, { maxMsgNum: 3, timeOutS: 2 })]);
  const startedMs = Date.now();
  await send(topic, '1');
  await send(topic, '2');
  await eventually(() => invocations.length > 0);
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(1_900);
  expect(bodiesOf(invocations[0]!)).toEqual(['1', '2']);
  const fullMs = Date.now();
  await send(topic, '3', '4', '5');
  await eventually(() => invocations.length > 1);
  expect(Date.now() - fullMs).toBeLessThan(1_900);
  expect(bodiesOf(invocations[1]!)).toEqual(['3', '4', '5']);
});

test('parallel invocations are one a partition, and a slow partition does not hold up another', async () => {
  const topic = await newTopic(3);
  const folder = await tempFolder();
  const { runtime, invocations } = open();
  const code = `const fs = require('node:fs'); const folder = ${JSON.stringify(folder)};
    exports.main_handler = async ({ Records: [{ Ckafka }] }) => {
      const partition = Ckafka.Partition ?? Ckafka.partition;
      fs.appendFileSync(folder + '/log', 'begin ' + partition + '\\n');
      while (partition === 0 && !fs.existsSync(folder + '/go')) await new Promise((resolve) => setTimeout(resolve, 5));
      fs.appendFileSync(folder + '/log', 'end ' + partition + '\\n');
    };`;
  await runtime.setTriggers(functionOf(code), [triggerOf(topic)]);
  const log = () => readFileSync(join(folder, 'log'), { encoding: 'utf8', flag: 'a+' });
  const count = (line: string) =>
    log()
      .split('\n')
      .filter((each) => each === line).length;
  await send(topic, 'slow', 'behind it');
  await eventually(() => count('begin 0') === 1);
  await send(topic, ...[1, 2, 1, 2].map((partition) => ({ partition })));
  await eventually(() => count('end 1') === 2 && count('end 2') === 2);
  expect(count('begin 0')).toBe(1);
  writeFileSync(join(folder, 'go'), '');
  await eventually(() => invocations.length === 6);
  const ofSlow = log()
    .split('\n')
    .filter((line) => line.endsWith(' 0'));
  expect(ofSlow).toEqual(['begin 0', 'end 0', 'begin 0', 'end 0']);
});
