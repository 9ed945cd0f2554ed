/** The largest object that COS holds, and the first that it does not, through planner, copy and reporter. */
import { expect, it } from 'vitest';
import { periodicBody } from '../../lib/adapters/memory/periodic.ts';
import { copySegment } from '../../lib/app/copy-segment.ts';
import { planRange } from '../../lib/app/plan-range.ts';
import { takeResults } from '../../lib/app/settle.ts';
import { ROOT_RANGE } from '../../lib/app/start-task.ts';
import { tick } from '../../lib/app/tick.ts';
import { COS_PARTS, OBJECT_BYTES_MAX, SPREAD } from '../../lib/core/parts.ts';
import type { Report } from '../../lib/core/report.ts';
import type { ObjectSink } from '../../lib/ports/object-sink.ts';
import { begin, CALM, openWorkshop, taken } from '../support/workshop.ts';

/** 200 parts to a message: as it is set, each of the largest parts is a message of its own. */
const RANGE_BYTES = 200 * COS_PARTS.partBytesMax;

async function migrated(size: number) {
  const sent: number[] = [];
  const counting = (sink: ObjectSink): ObjectSink =>
    new Proxy(sink, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...args: unknown[]) => unknown;
        if (name !== 'writePart') return method;
        return (...args: Parameters<ObjectSink['writePart']>) => {
          const { content } = args[0];
          sent.push(content.kind === 'stream' ? content.size : content.bytes.length);
          return method(...args);
        };
      },
    });
  const shop = openWorkshop({ spread: { ...SPREAD, rangeBytes: RANGE_BYTES }, sink: counting });
  await begin(shop);
  const { taskId } = shop.task;
  shop.bucket.put('large', { bytes: periodicBody(1, size), type: 'Multipart' });
  await planRange(shop.ports, { taskId, rangeId: ROOT_RANGE }, Infinity, CALM);
  for (let rung = taken(shop, 'segments'); rung.length > 0; rung = taken(shop, 'segments'))
    for (const one of rung) await copySegment(shop.ports, one, shop.clock.now() + 240_000, CALM);
  await takeResults(shop.ports, taken(shop, 'results'), CALM);
  const report: Report | undefined = await tick(shop.ports, taskId, Infinity, CALM);
  return { ...shop, sent, report };
}

it('an object of 48.8 TiB is copied in 10,000 parts of 5 GiB, and verified', async () => {
  const { sent, report, sink } = await migrated(OBJECT_BYTES_MAX);
  expect(sent).toHaveLength(COS_PARTS.partCountMax);
  expect(new Set(sent)).toEqual(new Set([COS_PARTS.partBytesMax]));
  expect(report).toMatchObject({
    status: 'succeeded',
    bytes: { copied: OBJECT_BYTES_MAX },
    verified: { crc64: 1, size: 0 },
  });
  expect(sink.objects.get('large')?.crc64).toBe(await periodicBody(1, OBJECT_BYTES_MAX).crc64());
  expect(sink.openUploads.size).toBe(0);
}, 60_000);

it('an object of one byte more fails, says so, and nothing of it is begun', async () => {
  const { sent, report, sink } = await migrated(OBJECT_BYTES_MAX + 1);
  expect(sent).toEqual([]);
  expect(sink.requests.get('InitiateMultipartUpload')).toBeUndefined();
  expect(report).toMatchObject({ status: 'completed_with_failures', objects: { failed: 1 } });
  expect(report?.failures).toMatchObject([{ code: 'OBJECT_TOO_LARGE', objects: 1 }]);
  expect(report?.failures[0]?.samples[0]?.message).toContain(String(OBJECT_BYTES_MAX + 1));
});
