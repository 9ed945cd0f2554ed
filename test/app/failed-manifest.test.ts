import { describe, expect, it } from 'vitest';
import { failedManifestKey, writeFailedManifest } from '../../lib/app/failed-manifest.ts';
import { settle } from '../../lib/app/settle.ts';
import { tick } from '../../lib/app/tick.ts';
import { type Outcome, sliceOf } from '../../lib/core/outcomes.ts';
import { type Ending, NO_ENDING } from '../../lib/ports/table.ts';
import { begin, CALM, fill, openWorkshop, plantSegment } from '../support/workshop.ts';

const MiB = 1024 * 1024;
const SEGMENTS = 40;
/** Lines of 100 KiB: a part holds some ten segments. */
const MESSAGE = 'm'.repeat(100 * 1024);

/** A task of segments that hold one failed object each. */
async function opened(failures = SEGMENTS, limits = {}) {
  const shop = openWorkshop();
  await begin(shop);
  for (let n = 0; n < SEGMENTS; n++) {
    const at = `r/${String(n).padStart(7, '0')}-u` as const;
    const entries = fill(shop, [`key-${String(n)}`]);
    const { segmentId } = await plantSegment(shop, at, entries, n === SEGMENTS - 1);
    const failure = { code: 'ARCHIVED', message: MESSAGE } as const;
    const outcome: Outcome =
      n < failures ? { kind: 'failed', bytes: 1, failure } : { kind: 'skipped', bytes: 1 };
    const slice = sliceOf({ from: 0, unique: 'u', entries, outcomes: [outcome] });
    await shop.state.writeSlice(segmentId, slice, CALM);
    const { failed: _, ...summary } = slice;
    await settle(shop.ports, 'sample', [{ segmentId, slice: summary }]);
  }
  const failedList = { segmentsMax: 1_000, partBytes: MiB, partBytesMin: MiB, ...limits };
  const ports = { ...shop.ports, failedList };
  const key = failedManifestKey(shop.state);
  const place = { taskId: 'sample', state: shop.state };
  /** One step, from what is noted or from a stale place. */
  const step = async (from?: Ending): Promise<Ending> => {
    let looks = 0;
    const clock = { now: () => looks++, sleep: (ms: number) => shop.clock.sleep(ms) };
    const once = { ...ports, clock };
    return writeFailedManifest(once, place, from ?? (await shop.table.ending('sample')), 1, CALM);
  };
  const listed = () =>
    (shop.objects.objects.get(key)?.bytes.toString() ?? '')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { key: string }).key);
  return { shop, ports, key, step, listed };
}

const ALL = Array.from({ length: SEGMENTS }, (_, n) => `key-${String(n)}`);

describe('a failed manifest of several parts', () => {
  it('is written in steps, and shown only when it is whole', async () => {
    const { shop, step, listed } = await opened();
    let steps = 0;
    for (let ending = NO_ENDING; ending.failedList.state === 'open'; steps++) {
      expect(listed()).toEqual([]);
      ending = await step();
    }
    expect(steps).toBeGreaterThan(2);
    expect(listed()).toEqual(ALL);
    expect(shop.objects.bucket.uploads.size).toBe(0);
  });

  it('has each line once also where the lines of a step are too few for a part, and wait for the next one', async () => {
    const { step, listed } = await opened(SEGMENTS, {
      segmentsMax: 1, // as many as are read at once
      partBytes: 2 * MiB,
      partBytesMin: 2 * MiB,
    });
    const waited: boolean[] = [];
    for (let ending = NO_ENDING; ending.failedList.state === 'open';) {
      ending = await step();
      waited.push(ending.failedList.carried !== '');
    }
    expect(waited.filter(Boolean).length).toBeGreaterThan(2);
    expect(waited.filter((has) => !has).length).toBeGreaterThan(1);
    expect(waited.at(-1)).toBe(false);
    expect(listed()).toEqual(ALL);
  });

  it('is the same when every step is made twice at once, and again from a place long passed', async () => {
    const { shop, step, listed } = await opened();
    const stale: Ending[] = [];
    for (let ending = NO_ENDING; ending.failedList.state === 'open';) {
      stale.push(ending);
      [ending] = await Promise.all([step(ending), step(ending), step(stale[0]), step(stale.at(-2))]);
    }
    expect(listed()).toEqual(ALL);
    expect(shop.objects.bucket.uploads.size).toBe(0);
  });

  it('begins anew where its upload was aborted or a part was replaced by another', async () => {
    for (const harm of ['abort', 'replace'] as const) {
      const { shop, key, step, listed } = await opened();
      await step();
      const { uploadId = '' } = (await step()).failedList;
      const upload = { key, uploadId };
      if (harm === 'abort') await shop.objects.abortUpload(upload, CALM);
      else await shop.objects.writePart({ upload, partNumber: 1, bytes: Buffer.alloc(MiB) }, CALM);
      let ending = await step();
      while (ending.failedList.state === 'open') ending = await step();
      expect(listed()).toEqual(ALL);
      expect(shop.objects.bucket.uploads.size).toBe(0);
    }
  });

  it('keeps the task running, with a line that tells so, until a tick has the time to end it', async () => {
    const { ports, step, listed } = await opened();
    const look = (untilMs: number) => tick(ports, 'sample', untilMs, CALM);
    expect(await look(0)).toMatchObject({ status: 'running', finishedAt: null, problems: [], manifests: {} });
    await step();
    expect((await look(0))?.problems.join()).toContain('finishing');
    expect(listed()).toEqual([]);
    expect(await look(Infinity)).toMatchObject({ status: 'completed_with_failures', problems: [] });
    expect(listed()).toEqual(ALL);
  });

  it('is one plain object where it fits, and none where nothing failed', async () => {
    const few = await opened(2);
    expect((await few.step()).failedList.state).toBe('written');
    expect(few.listed()).toEqual(ALL.slice(0, 2));
    expect(few.shop.objects.bucket.begun).toBe(0);
    const none = await opened(0);
    expect((await none.step()).failedList.state).toBe('empty');
    expect(none.shop.objects.objects.has(none.key)).toBe(false);
  });
});
