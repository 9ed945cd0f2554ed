/** Uploads that nobody ends, as their process died over an object that it copied in parts. */
import { expect, it } from 'vitest';
import { Semaphore } from '../../lib/app/lanes.ts';
import { copySegment } from '../../lib/app/copy-segment.ts';
import { takeResults } from '../../lib/app/settle.ts';
import { tick } from '../../lib/app/tick.ts';
import { MiB } from '../../lib/core/bytes.ts';
import { MULTIPART_ABOVE_BYTES } from '../../lib/core/parts.ts';
import type { ObjectSink } from '../../lib/ports/object-sink.ts';
import { until } from '../support/until.ts';
import { begin, CALM, fill, openWorkshop, plantSegment, taken } from '../support/workshop.ts';

const BYTES = Buffer.alloc(MULTIPART_ABOVE_BYTES + 3 * MiB, 'none of them is whole; ');
const ATTRIBUTES = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
const LIMIT_MS = 240_000;

/** A segment with a large object, of which the first life wrote a part or two and then nothing. */
async function afterDeath() {
  let isDead = false;
  const stuck = new Promise<never>(() => undefined);
  const sink = (inner: ObjectSink): ObjectSink =>
    new Proxy(inner, {
      get: (target, name: keyof ObjectSink) => {
        if (name === 'writePart' && isDead) return () => stuck;
        return (target[name] as (...args: unknown[]) => unknown).bind(target);
      },
    });
  const shop = openWorkshop({ sink });
  await shop.sink.begin('large', ATTRIBUTES, CALM); // of somebody else
  await shop.clock.advance(20 * 60_000);
  await begin(shop);
  const { etag, lastModified } = shop.bucket.put('large', { bytes: BYTES });
  const large = { key: 'large', size: BYTES.length, etag, lastModified };
  const message = await plantSegment(shop, 'r/0000000-u', [large, ...fill(shop, ['a', 'b'])]);
  const take = () => copySegment(shop.ports, message, shop.clock.now() + LIMIT_MS, CALM);
  isDead = true;
  const own = { ...shop.ports, parts: new Semaphore(8) };
  void copySegment(own, message, shop.clock.now() + LIMIT_MS, CALM);
  await until(() => shop.sink.openUploads.size === 2);
  isDead = false;
  return { shop, take, segmentId: message.segmentId };
}

it('are freed by whoever takes the segment again', async () => {
  const { shop, take, segmentId } = await afterDeath();
  await take();
  await takeResults(shop.ports, taken(shop, 'results'), CALM);
  expect([...shop.sink.openUploads.keys()]).toEqual(['upload-1']);
  expect(shop.sink.objects.get('large')?.bytes.equals(BYTES)).toBe(true);
  expect((await shop.table.segments(shop.task.taskId, [segmentId]))[0]).toMatchObject({ done: true });
});

it('are freed when the task is cancelled', async () => {
  const { shop } = await afterDeath();
  await shop.state.writeControl({ state: 'cancelled' }, CALM);
  await tick(shop.ports, shop.task.taskId, Infinity, CALM);
  expect([...shop.sink.openUploads.keys()]).toEqual(['upload-1']);
});
