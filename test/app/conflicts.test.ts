import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldBody } from '../../lib/adapters/memory/body.ts';
import { MemoryObjectSink } from '../../lib/adapters/memory/object-sink.ts';
import { isUnchangedTarget, viewTarget } from '../../lib/app/conflicts.ts';
import { type CopyContext, mappingOf } from '../../lib/app/copy-context.ts';
import { cosKeyProblem } from '../../lib/core/keys.ts';
import type { Entry } from '../../lib/core/object.ts';
import { anyKey } from '../support/arbitraries.ts';
import { inByteOrder } from '../support/nasty-keys.ts';
import { sampleTask, type TaskParts } from '../support/sample-task.ts';
import { CALM, fill, openWorkshop } from '../support/workshop.ts';

function contextOf(parts: TaskParts, targetKeys: readonly string[]) {
  const shop = openWorkshop({ task: sampleTask(parts) });
  const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
  const bytes = Buffer.from('x');
  const body = new HeldBody(bytes);
  for (const key of targetKeys)
    shop.sink.objects.set(key, { ...attributes, body, bytes, crc64: '1', lastModifiedMs: 0 });
  const { task, ports } = shop;
  const [source, sink] = [ports.stores.source(task), shop.sink];
  const context: CopyContext = { ...ports, task, mapping: mappingOf(task), source, sink };
  return { shop, context, lists: () => sink.requests.get('GetBucket') ?? 0 };
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(5, '0')}`);
const entriesOf = (keys: readonly string[]): Entry[] => inByteOrder(keys).map((key) => ({ key, size: 1 }));

describe('what the target has', () => {
  const legal = anyKey.filter(
    (key) => cosKeyProblem(key) === undefined && cosKeyProblem(`to/${key}`) === undefined,
  );
  const keySet = fc.uniqueArray(legal, { maxLength: 12 });

  it('is found for every key, whatever lies between them', async () => {
    await fc.assert(
      fc.asyncProperty(keySet, keySet, async (source, others) => {
        const there = [...others, ...source.filter((_, i) => i % 2 === 0).map((key) => `to/${key}`)];
        const { context } = contextOf({ conflict: 'skip', target: { prefix: 'to/' } }, there);
        const small = Object.assign(new MemoryObjectSink(), {
          list: (request: Parameters<MemoryObjectSink['list']>[0], signal: AbortSignal) =>
            context.sink.list({ ...request, keysMax: 2 }, signal),
        });
        const view = await viewTarget({ ...context, sink: small }, entriesOf(source), CALM);
        for (const entry of entriesOf(source))
          expect(view(entry)).toBe(there.includes(`to/${entry.key}`) ? 'skip' : 'copy');
      }),
      { numRuns: 200 },
    );
  });

  it('costs one LIST a page where it holds the same keys', async () => {
    const keys = numbered('k', 2_500);
    const { context, lists } = contextOf({ conflict: 'skip' }, keys);
    const view = await viewTarget(context, entriesOf(keys), CALM);
    expect(entriesOf(keys).every((entry) => view(entry) === 'skip')).toBe(true);
    expect(lists()).toBeLessThanOrEqual(4);
  });

  it('costs no more where it holds many other keys, and no request where nothing is asked', async () => {
    const others = [...numbered('a', 5_000), ...numbered('m', 5_000), ...numbered('z', 5_000)];
    const keys = ['b', 'l', 'm02500', 'n', 'y'];
    const { context, lists } = contextOf({ conflict: 'skip' }, [...others, 'l']);
    const view = await viewTarget(context, entriesOf(keys), CALM);
    expect(
      entriesOf(keys)
        .filter((entry) => view(entry) === 'skip')
        .map(({ key }) => key),
    ).toEqual(['l', 'm02500']);
    expect(lists()).toBeLessThanOrEqual(keys.length);
    const overwriting = contextOf({ conflict: 'overwrite' }, others);
    await viewTarget(overwriting.context, entriesOf(keys), CALM);
    expect(overwriting.lists()).toBe(0);
  });

  it('is found also beside lines of a manifest that could not be read', async () => {
    const parts = { conflict: 'skip', source: { prefix: 'p/' }, target: { stripPrefix: true } };
    const { context } = contextOf(parts, ['a', 'b']);
    const unread = { key: 'ab', problem: 'line 1 of the source manifest is not valid UTF-8' };
    const view = await viewTarget(
      context,
      [unread, { key: 'p/a' }, { key: 'p/b' }, { ...unread, key: 'zz' }],
      CALM,
    );
    expect([view({ key: 'p/a' }), view({ key: 'p/b' })]).toEqual(['skip', 'skip']);
  });

  it('is never taken for nothing where it cannot be listed', async () => {
    const { context } = contextOf({ conflict: 'newer' }, []);
    const down = Object.assign(new MemoryObjectSink(), { list: () => Promise.reject(new Error('HTTP 503')) });
    await expect(viewTarget({ ...context, sink: down }, entriesOf(['a']), CALM)).rejects.toThrow('HTTP 503');
  });
});

describe('a pair of equal size', () => {
  const parts = { conflict: 'changed' };

  it('is unchanged where both CRC-64s are equal, and changed where they are not', async () => {
    const { shop, context } = contextOf(parts, ['a']);
    const [entry] = fill(shop, ['a']);
    expect(await isUnchangedTarget(context, entry!, 'a', CALM)).toBe(false);
    const crc64 = (await context.source.head('a', CALM)).crc64!;
    shop.sink.objects.set('a', { ...shop.sink.objects.get('a')!, crc64 });
    expect(await isUnchangedTarget(context, entry!, 'a', CALM)).toBe(true);
    expect(await isUnchangedTarget(context, entry!, 'gone', CALM)).toBe(false);
  });

  it('needs no HEAD of the source where the target tells what it was copied from', async () => {
    const { shop, context } = contextOf(parts, ['a']);
    const metadata = { 'oss-etag': 'E', 'oss-crc64': '1' };
    shop.sink.objects.set('a', { ...shop.sink.objects.get('a')!, metadata });
    expect(await isUnchangedTarget(context, { key: 'not there', etag: 'E' }, 'a', CALM)).toBe(true);
    shop.sink.objects.set('a', { ...shop.sink.objects.get('a')!, metadata, crc64: '2' });
    expect(await isUnchangedTarget(context, { key: 'not there', etag: 'E' }, 'a', CALM)).toBe(false);
  });
});
