import { expect, it } from 'vitest';
import { mappingOf } from '../../lib/app/copy-context.ts';
import { copyObject } from '../../lib/app/copy-object.ts';
import type { ObjectSink } from '../../lib/ports/object-sink.ts';
import type { ObjectSource } from '../../lib/ports/object-source.ts';
import { sampleTask } from '../support/sample-task.ts';
import { CALM, openWorkshop, type Workshop } from '../support/workshop.ts';

const bytes = Buffer.from('what the source holds');
const spoiled = Buffer.from('what the network made');
const ATTRIBUTES = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' } as const;

const unasked = () => Promise.reject(new TypeError('nobody should ask this'));

/** Copies one object of which nobody states an MD5; waits before another attempt take no time. */
function copied(shop: Workshop, read: ObjectSource['read'], sink: Partial<ObjectSink> = {}) {
  const { task, bucket, ports, sink: target } = shop;
  const { etag } = bucket.put('key', { bytes, type: 'Multipart' });
  const context = {
    task,
    mapping: mappingOf(task),
    source: { read, list: unasked, head: unasked, tags: unasked },
    sink: {
      list: unasked,
      begin: unasked,
      writePart: unasked,
      complete: unasked,
      abort: unasked,
      uploads: unasked,
      versioning: unasked,
      write: target.write.bind(target),
      head: target.head.bind(target),
      remove: target.remove.bind(target),
      ...sink,
    },
    clock: { now: () => 0, sleep: async () => undefined },
    dice: ports.dice,
    parts: ports.parts,
    spread: ports.spread,
  };
  return copyObject(context, { key: 'key', size: bytes.length, etag }, () => 'copy', CALM);
}

it('an object that came into the target after it was listed is kept by skip', async () => {
  const shop = openWorkshop({ task: sampleTask({ conflict: 'skip' }) });
  const content = { kind: 'bytes', bytes: Buffer.from('mine') } as const;
  await shop.sink.write({ key: 'key', content, attributes: ATTRIBUTES, forbidOverwrite: false }, CALM);
  const source = shop.ports.stores.source(shop.task);
  const read: ObjectSource['read'] = (...args) => source.read(...args);
  expect(await copied(shop, read)).toMatchObject({ kind: 'skipped' });
  expect(shop.sink.objects.get('key')?.bytes.toString()).toBe('mine');
});

it('a content that was changed on its way here is read again, not sent again', async () => {
  const shop = openWorkshop();
  const source = shop.ports.stores.source(shop.task);
  let reads = 0;
  const read: ObjectSource['read'] = async (...args) => {
    const object = await source.read(...args);
    return ++reads === 1 ? { ...object, content: { kind: 'bytes', bytes: spoiled } } : object;
  };
  expect(await copied(shop, read)).toMatchObject({ kind: 'copied', verified: 'crc64' });
  expect({ reads, stored: shop.sink.objects.get('key')?.bytes }).toEqual({ reads: 2, stored: bytes });
});

it('a content that arrives as another one each time fails, and none of it stays', async () => {
  const shop = openWorkshop();
  const source = shop.ports.stores.source(shop.task);
  const read: ObjectSource['read'] = (...args) => source.read(...args);
  const sink: Partial<ObjectSink> = {
    write: ({ key, attributes }, signal) => {
      const content = { kind: 'bytes', bytes: spoiled } as const;
      return shop.sink.write({ key, content, attributes, forbidOverwrite: false }, signal);
    },
  };
  expect(await copied(shop, read, sink)).toMatchObject({
    kind: 'failed',
    failure: { code: 'CHECKSUM_MISMATCH' },
  });
  expect(shop.sink.objects.size).toBe(0);
});
