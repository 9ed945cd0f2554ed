import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copySegment } from '../../lib/app/copy-segment.ts';
import { LiveSegment, LiveWork } from '../../lib/app/live-work.ts';
import type { Outcome } from '../../lib/core/outcomes.ts';
import { MULTIPART_ABOVE_BYTES } from '../../lib/core/parts.ts';
import { buildReport, withLiveTally } from '../../lib/core/report.ts';
import { NO_TALLY, type Tally } from '../../lib/core/slices.ts';
import type { ObjectSink } from '../../lib/ports/object-sink.ts';
import { sampleTask } from '../support/sample-task.ts';
import { until } from '../support/until.ts';
import { begin, CALM, fill, openWorkshop, plantSegment, type Workshop } from '../support/workshop.ts';

const PLACE = 'r/0000000-u';
/** Of the segment planted last. */
let segmentId: string;
const LIMIT_MS = 240_000;
const copiedOne = (bytes: number): Outcome => ({ kind: 'copied', bytes, verified: 'crc64' });

/** A sink whose writes of some keys wait until they are let through. */
function gate(holds: (key: string, partNumber?: number) => boolean) {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const before = (sink: ObjectSink): ObjectSink =>
    new Proxy(sink, {
      get(target, name: keyof ObjectSink) {
        if (name === 'write')
          return async (...[request, signal]: Parameters<ObjectSink['write']>) => {
            if (holds(request.key)) await opened;
            return target.write(request, signal);
          };
        if (name === 'writePart')
          return async (...[request, signal]: Parameters<ObjectSink['writePart']>) => {
            if (holds(request.upload.key, request.partNumber)) await opened;
            return target.writePart(request, signal);
          };
        return (target[name] as (...args: unknown[]) => unknown).bind(target);
      },
    });
  return { before, open };
}

function watched(shop: Workshop) {
  const live = new LiveWork();
  return { live, ports: { ...shop.ports, live } };
}

describe('live work', () => {
  it('tells the objects that ended behind one that hangs, before any slice is written', async () => {
    const { before, open } = gate((key) => key === 'a');
    const shop = openWorkshop({ sink: before });
    await begin(shop);
    const message = await plantSegment(shop, PLACE, fill(shop, ['a', 'b', 'c']));
    ({ segmentId } = message);
    const { live, ports } = watched(shop);
    const copying = copySegment(ports, message, shop.clock.now() + LIMIT_MS, CALM);
    await until(() => live.tally('sample').copied.objects === 2);
    expect(await shop.state.spans(segmentId, CALM)).toEqual([]);
    expect(live.tally('sample').copied).toEqual({ objects: 2, bytes: 2 });
    expect(live.tally('another')).toEqual(NO_TALLY);
    open();
    await copying;
    expect(live.tally('sample').verified).toEqual({ crc64: 3, size: 0 });
  });

  it('goes on telling what a checkpoint has written: the totals wait for the whole segment', async () => {
    const { before, open } = gate((key) => key === 'c');
    const shop = openWorkshop({ sink: before });
    await begin(shop);
    const message = await plantSegment(shop, PLACE, fill(shop, ['a', 'b', 'c']));
    ({ segmentId } = message);
    const { live, ports } = watched(shop);
    const copying = copySegment(ports, message, shop.clock.now() + LIMIT_MS, CALM);
    await until(() => live.tally('sample').copied.objects === 2);
    await shop.clock.advance(12_000);
    expect(await shop.state.spans(segmentId, CALM)).toMatchObject([{ from: 0, to: 2 }]);
    expect(live.tally('sample').copied.objects).toBe(2);
    open();
    await copying;
    expect(live.tally('sample').copied.objects).toBe(3);
  });

  it('tells the bytes of finished parts, and the object once it is whole', async () => {
    const size = MULTIPART_ABOVE_BYTES + 1;
    const { before, open } = gate((_, partNumber) => partNumber === 1);
    const shop = openWorkshop({ sink: before });
    await begin(shop);
    const [entry] = fill(shop, ['large']);
    const { etag, lastModified } = shop.bucket.put('large', { bytes: Buffer.alloc(size) });
    const message = await plantSegment(shop, PLACE, [{ ...entry!, size, etag, lastModified }]);
    ({ segmentId } = message);
    const { live, ports } = watched(shop);
    const copying = copySegment(ports, message, shop.clock.now() + LIMIT_MS, CALM);
    const MiB = 1_048_576;
    await until(() => live.tally('sample').copied.bytes === size - 8 * MiB);
    expect(live.tally('sample').copied.objects).toBe(0);
    open();
    await copying;
    expect(live.tally('sample').copied).toEqual({ objects: 1, bytes: size });
  });

  it('counts an entry once, however many runs end it', () => {
    const live = new LiveWork();
    live.segment('t', 's').ended(0, copiedOne(5));
    live.segment('t', 's').ended(0, copiedOne(5));
    live.segment('t', 's').arrived(0, 3);
    expect(live.tally('t').copied).toEqual({ objects: 1, bytes: 5 });
  });

  it('takes back the parts of an entry that was stopped', () => {
    const segment = new LiveSegment();
    segment.arrived(0, 8);
    segment.arrived(0, 16);
    expect(segment.tally().copied).toEqual({ objects: 0, bytes: 16 });
    segment.ended(0, undefined);
    expect(segment.tally()).toEqual(NO_TALLY);
  });

  it('forgets what is counted elsewhere, and nothing else', async () => {
    const live = new LiveWork();
    live.segment('t', 'frozen').ended(0, copiedOne(1));
    live.segment('t', 'open').ended(0, { kind: 'skipped', bytes: 7 });
    await live.forget('t', (segmentIds) => Promise.resolve(segmentIds.filter((id) => id === 'frozen')));
    expect(live.tally('t')).toEqual({ ...NO_TALLY, skipped: { objects: 1, bytes: 7 } });
  });
});

const counted = fc.record({ objects: fc.nat(1_000), bytes: fc.nat(1_000_000) });
const tallies = fc.record({ copied: counted, skipped: counted, failed: counted });

const reportOf = (tally: Tally, { listed = { objects: 10_000, bytes: 100 }, partBytes = 0 } = {}) =>
  buildReport({
    task: sampleTask(),
    state: 'running',
    startedAtMs: 0,
    finishedAtMs: undefined,
    nowMs: 10_000,
    totals: { ranges: 1, listed, tally, failures: {}, partBytes },
    listingComplete: true,
    problems: [],
    failedManifest: undefined,
  });

describe('a report with live work', () => {
  it('adds up, also where the listing told no sizes', () => {
    fc.assert(
      fc.property(tallies, tallies, fc.nat(1_000_000), (known, live, partBytes) => {
        const counted = reportOf({ ...NO_TALLY, ...known }, { partBytes });
        const { objects, bytes, underWay, listing } = withLiveTally(counted, { ...NO_TALLY, ...live });
        expect(underWay.bytes).toBeLessThanOrEqual(bytes.pending);
        for (const { total, copied, skipped, failed, pending } of [objects, bytes]) {
          expect(copied + skipped + failed + pending).toBe(total);
          expect(pending).toBeGreaterThanOrEqual(0);
        }
        expect(objects.total).toBe(10_000);
        expect(listing).toMatchObject({ objects: objects.total, bytes: bytes.total });
      }),
    );
  });

  it('is the report of the totals once they count that work', () => {
    const live = { ...NO_TALLY, copied: { objects: 40, bytes: 70 }, verified: { crc64: 39, size: 1 } };
    expect(withLiveTally(reportOf(NO_TALLY), live)).toEqual(reportOf(live));
  });
});
