import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, functionOf } from '../standins/cloud/run/harness.ts';
import {
  bodiesOf,
  handled,
  OK,
  partitionOf,
  recordsOf,
  triggerOf,
  useBroker,
} from '../standins/cloud/run/trigger-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const { open, newTopic, send, committed, members } = useBroker();

test('earliest begins with the oldest message, latest with those sent after the trigger was set', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  await send(topic, 'old');
  await runtime.setTriggers(functionOf(OK), [
    triggerOf(topic, { group: '', name: 'from-latest', offset: 'latest' }),
    triggerOf(topic, { group: '', name: 'from-earliest' }),
  ]);
  const bodies = (name: string) => invocations.filter(({ trigger }) => trigger === name).flatMap(bodiesOf);
  for (let at = 0; bodies('from-latest').length === 0 && at < 100; at++) {
    await send(topic, 'new');
    await expect.poll(() => bodies('from-earliest').length).toBe(at + 2);
  }
  expect(new Set(bodies('from-latest'))).toEqual(new Set(['new']));
  expect(bodies('from-earliest')[0]).toBe('old');
});

test('a trigger that is set again goes on behind the last batch that was handled', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  const fn = functionOf(OK);
  await send(topic, 'a', 'b');
  await runtime.setTriggers(fn, [triggerOf(topic)]);
  await eventually(() => invocations.length === 2);
  await runtime.setTriggers(fn, []);
  await send(topic, 'c');
  await runtime.setTriggers(fn, [triggerOf(topic)]);
  await eventually(() => invocations.length >= 3);
  expect(handled(invocations)).toEqual(['a', 'b', 'c']);
});

test('removing a trigger waits for the batch under way, commits it, and begins no other', async () => {
  const topic = await newTopic();
  const folder = await tempFolder();
  const { runtime, invocations } = open();
  const code = `const fs = require('node:fs'); const folder = ${JSON.stringify(folder)};
    exports.main_handler = async () => {
      fs.writeFileSync(folder + '/begun', '');
      while (!fs.existsSync(folder + '/go')) await new Promise((resolve) => setTimeout(resolve, 5));
    };`;
  const fn = functionOf(code);
  await send(topic, 'under way', 'next');
  await runtime.setTriggers(fn, [triggerOf(topic)]);
  await eventually(() => existsSync(join(folder, 'begun')));
  const removed = runtime.setTriggers(fn, []);
  writeFileSync(join(folder, 'go'), '');
  await removed;
  expect(handled(invocations)).toEqual(['under way']);
  expect(await committed(topic)).toBe('1');
});

test('replaced code takes over at the next batch, without a message lost or doubled', async () => {
  const topic = await newTopic();
  const { runtime, invocations } = open();
  const answers = (word: string) => functionOf(`exports.main_handler = async () => '${word}';`);
  await runtime.setTriggers(answers('old'), [triggerOf(topic)]);
  await send(topic, ...Array.from({ length: 10 }, (_, at) => `m${at}`));
  await eventually(() => invocations.length >= 3);
  runtime.replace(answers('new'));
  await send(topic, 'last');
  await eventually(() => handled(invocations).includes('last'));
  expect(handled(invocations)).toEqual([...Array.from({ length: 10 }, (_, at) => `m${at}`), 'last']);
  const words = invocations.map(({ outcome }) => outcome.retMsg);
  expect(words[0]).toBe('"old"');
  expect(words.at(-1)).toBe('"new"');
});

test('a member that joins takes partitions over, and every message is handled', async () => {
  const topic = await newTopic(4);
  const { runtime, invocations } = open();
  const other = open();
  const fn = functionOf(OK);
  const numbers = Array.from({ length: 40 }, (_, at) => at);
  const all = (prefix: string) => numbers.map((at) => ({ value: `${prefix}${at}`, partition: at % 4 }));
  await runtime.setTriggers(fn, [triggerOf(topic)]);
  await send(topic, ...all('first-'));
  await eventually(() => invocations.length > 5);
  await other.runtime.setTriggers(fn, [triggerOf(topic)]);
  await send(topic, ...all('second-'));
  const bodies = () => new Set([...handled(invocations), ...handled(other.invocations)]);
  await eventually(() => bodies().size === 80);
  const byOther = new Set(other.invocations.map((each) => recordsOf(each)[0]!).map(partitionOf));
  expect(byOther.size).toBe(2);
  expect(handled(other.invocations).length).toBeGreaterThan(10);
});

test('closing the cloud in the middle of a batch leaves it to the next', async () => {
  const topic = await newTopic();
  const first = open();
  await send(topic, 'cut short');
  const hangs = functionOf(
    `exports.main_handler = async () => { console.log('begun'); await new Promise(() => {}); };`,
  );
  await first.runtime.setTriggers(hangs, [triggerOf(topic, { retry: 0 })]);
  await eventually(() => first.logged.some(({ line }) => line === 'begun'));
  await first.runtime.close();
  const second = open();
  await second.runtime.setTriggers(functionOf(OK), [triggerOf(topic, { retry: 0 })]);
  await eventually(() => handled(second.invocations).includes('cut short'));
});

test('an invocation longer than the session keeps its membership, and its batch comes once', async () => {
  const topic = await newTopic();
  const { runtime, invocations, logged } = open({ timing: { sessionMs: 6_000 } });
  const code = `exports.main_handler = async ({ Records: [{ Ckafka }] }) => {
      console.log(Ckafka.msgBody);
      if (Ckafka.msgBody === 'long') await new Promise((resolve) => setTimeout(resolve, 9_000));
    };`;
  await send(topic, 'long', 'after');
  await runtime.setTriggers(functionOf(code), [triggerOf(topic)]);
  const [member] = await members(topic);
  await eventually(() => handled(invocations).length === 2);
  expect(await members(topic)).toEqual([member]);
  expect(logged.map(({ line }) => line)).toEqual(['long', 'after']);
});
