/** No key of the source, however it is mapped, becomes a state object. */
import { describe, expect, it } from 'vitest';
import { mappingOf } from '../../lib/app/copy-context.ts';
import { copyObject } from '../../lib/app/copy-object.ts';
import type { Outcome } from '../../lib/core/outcomes.ts';
import { liesUnder } from '../../lib/core/layout.ts';
import type { TaskParts } from '../support/sample-task.ts';
import { sampleTask } from '../support/sample-task.ts';
import { CALM, fill, openWorkshop } from '../support/workshop.ts';

/** How the object ends, and the keys that the target then has. */
async function copied(key: string, parts: TaskParts = {}) {
  const shop = openWorkshop({ task: sampleTask(parts) });
  const { task, ports } = shop;
  const [entry] = fill(shop, [key]);
  const context = {
    task,
    mapping: mappingOf(task),
    source: ports.stores.source(task),
    sink: ports.stores.sink(task),
    clock: ports.clock,
    dice: ports.dice,
    parts: ports.parts,
    spread: ports.spread,
  };
  const outcome = (await copyObject(context, entry!, () => 'copy', CALM)) as Outcome | undefined;
  const code = outcome?.kind === 'failed' ? outcome.failure.code : outcome?.kind;
  return { code, keys: [...shop.sink.objects.keys()] };
}

const ILLEGAL = { code: 'KEY_ILLEGAL', keys: [] };

describe('a key that would become a state object is illegal', () => {
  it.each([
    '.oss2cos/other/task.json',
    '.oss2cos/',
    '.oss2cos//control.json',
    '.oss2cos/../elsewhere',
    './.oss2cos/sample/control.json',
    '../.oss2cos/sample/control.json',
    'a/../.oss2cos/sample/control.json',
    'a//../.oss2cos//sample/control.json',
    'a/b/./../../.oss2cos/./sample/task.json',
  ])('%s', async (key) => {
    expect(await copied(key)).toEqual(ILLEGAL);
  });

  it('also when it becomes one by what is put before it, or taken off', async () => {
    expect(await copied('photos/.oss2cos/t/task.json', strip('photos/'))).toEqual(ILLEGAL);
    expect(await copied('s2cos/t/task.json', { target: { prefix: '.os' } })).toEqual(ILLEGAL);
    expect(
      await copied('x/../../state/t/task.json', { target: { prefix: 'a/' }, state: { prefix: 'state/' } }),
    ).toEqual(ILLEGAL);
    expect(
      await copied('photos//../.oss2cos/x', {
        ...strip('photos'),
        target: { prefix: 'y', stripPrefix: true },
      }),
    ).toEqual(ILLEGAL);
  });
});

const strip = (prefix: string): TaskParts => ({ source: { prefix }, target: { stripPrefix: true } });

describe('a key that only looks like one is copied', () => {
  it.each([
    '.oss2cos',
    '.oss2cosy/x',
    '%2eoss2cos/x',
    'a/%2e%2e/.oss2cos/x',
    'a/.oss2cos/x',
    '../x',
    'a//b',
    '.../.oss2cos/x',
    '\u2024oss2cos/x',
    '.OSS2COS/x',
  ])('%s', async (key) => {
    expect(await copied(key)).toEqual({ code: 'copied', keys: [key] });
  });

  it('also any key, where the state objects have a bucket of their own', async () => {
    const key = '.oss2cos/other/task.json';
    const state = { bucket: 'logs-1250000000' };
    expect(await copied(key, { state })).toEqual({ code: 'copied', keys: [key] });
  });
});

it('what lies under a prefix lies under it whatever the folders on the way are called', () => {
  for (const name of ['a', '.', '..', ' ', '...', 'a.']) expect(liesUnder(`s/${name}/x`, 's/')).toBe(true);
});
