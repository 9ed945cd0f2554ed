/** Results into the table, silence into rings, and a task to its end. */
import { describe, expect, it } from 'vitest';
import { settle, takeResults } from '../../lib/app/settle.ts';
import { quietBeforeMs, sweep } from '../../lib/app/sweep.ts';
import { ROOT_RANGE } from '../../lib/app/start-task.ts';
import { type Outcome, sliceOf } from '../../lib/core/outcomes.ts';
import type { Entry } from '../../lib/core/object.ts';
import type { Slice } from '../../lib/core/slices.ts';
import {
  begin,
  CALM,
  fill,
  openWorkshop,
  plantSegment,
  SWEEP,
  taken,
  type Workshop,
} from '../support/workshop.ts';
import { rowOf } from '../ports/table-fixtures.ts';

const KEYS = Array.from({ length: 9 }, (_, i) => `k${String(i)}`);
const PLACE = 'r/0000000-u';
/** Of the segment planted last. */
let segmentId: string;

function sliceWith(entries: readonly Entry[], from: number, to: number, unique: string): Slice {
  const failure = { code: 'ARCHIVED', message: 'archived' } as const;
  const outcomes = entries
    .slice(from, to)
    .map((_, i): Outcome =>
      (from + i) % 3 === 0
        ? { kind: 'failed', bytes: 1, failure }
        : { kind: 'copied', bytes: 1, verified: 'crc64' },
    );
  return sliceOf({ from, unique, entries, outcomes });
}

function summaryOf({ failed: _, abandoned: __, ...summary }: Slice) {
  return summary;
}

async function opened() {
  const shop = openWorkshop();
  await begin(shop);
  const entries = fill(shop, KEYS);
  ({ segmentId } = await plantSegment(shop, PLACE, entries));
  return { shop, entries };
}

const totalsOf = ({ table }: Workshop) => table.totals('sample');
const segmentOf = async ({ table }: Workshop) => (await rowOf(table, 'sample', segmentId))!;
const sweepOnce = async (shop: Workshop) =>
  sweep(shop.ports, (await shop.table.task('sample'))!, await totalsOf(shop), shop.state, CALM);

describe('results', () => {
  it('come to the same totals in every order and however often they come', async () => {
    const { entries } = await opened();
    const slices = [
      sliceWith(entries, 0, 4, 'a'),
      sliceWith(entries, 0, 6, 'b'),
      sliceWith(entries, 4, 9, 'c'),
      sliceWith(entries, 6, 9, 'd'),
    ];
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 1, 3, 3, 0, 2],
      [2, 0, 0, 2, 1, 3],
    ];
    for (const order of orders) {
      const { shop } = await opened();
      for (const at of order)
        await settle(shop.ports, 'sample', [{ segmentId, slice: summaryOf(slices[at]!) }]);
      const { tally, failures, segmentsDone, listed } = await totalsOf(shop);
      expect(tally).toEqual({
        copied: { objects: 6, bytes: 6 },
        skipped: { objects: 0, bytes: 0 },
        failed: { objects: 3, bytes: 3 },
        verified: { crc64: 6, size: 0 },
      });
      expect([failures.ARCHIVED?.objects, segmentsDone, listed.objects]).toEqual([3, 1, 9]);
    }
  });

  it('that a message only rings for are read from their objects', async () => {
    const { shop, entries } = await opened();
    await shop.state.writeSlice(segmentId, sliceWith(entries, 0, 9, 'a'), CALM);
    await takeResults(shop.ports, [{ taskId: 'sample', segmentId }], CALM);
    expect(await segmentOf(shop)).toMatchObject({ done: true, path: ['0-9-a.json'], failed: 3 });
  });

  it('of an unknown task are passed over, and those beside them are taken', async () => {
    const { shop, entries } = await opened();
    const slice = summaryOf(sliceWith(entries, 0, 9, 'a'));
    const messages = [
      { taskId: 'unknown', segmentId },
      { taskId: 'sample', segmentId, slice },
    ];
    await takeResults(shop.ports, messages, CALM);
    expect((await segmentOf(shop)).done).toBe(true);
    expect(shop.log.events.map(({ event }) => event)).toEqual(['result of an unknown task']);
  });

  it('whose object was changed count as never written', async () => {
    const { shop } = await opened();
    await shop.objects.put(
      `${shop.state.location.prefix}results/${segmentId}/0-9-a.json`,
      '{}',
      { contentType: 'x' },
      CALM,
    );
    await takeResults(shop.ports, [{ taskId: 'sample', segmentId }], CALM);
    expect((await segmentOf(shop)).done).toBe(false);
  });
});

describe('a segment is overdue', () => {
  it('when it was rung well before one that is done, or when nothing of the task moves', () => {
    const quiet = (movedAtMs: number, deliveredMs: number) =>
      quietBeforeMs(1_000_000, { movedAtMs, deliveredMs }, 60_000);
    expect(quiet(999_000, 0)).toBe(-60_000);
    expect(quiet(999_000, 500_000)).toBe(440_000);
    expect(quiet(999_000, 2_000_000)).toBe(940_000);
    expect(quiet(939_999, 0)).toBe(940_000);
    expect(quiet(940_000, 0)).toBe(-60_000);
  });
});

describe('the sweep', () => {
  it('rings again for what went silent, and leaves alone what was rung a moment ago', async () => {
    const { shop } = await opened();
    await shop.clock.advance(SWEEP.silenceMs);
    expect(await sweepOnce(shop)).toBe(0);
    await shop.clock.advance(1_000);
    expect(await sweepOnce(shop)).toBe(1);
    expect(taken(shop, 'segments')).toMatchObject([{ segmentId, count: 9, stalled: 0 }]);
    expect(await sweepOnce(shop)).toBe(0);
  });

  it('finds a result whose message was lost', async () => {
    const { shop, entries } = await opened();
    await shop.state.writeSlice(segmentId, sliceWith(entries, 0, 9, 'a'), CALM);
    await shop.clock.advance(SWEEP.silenceMs + 1_000);
    await sweepOnce(shop);
    expect((await segmentOf(shop)).done).toBe(true);
    expect(taken(shop, 'segments')).toEqual([]);
  });

  it('gives a segment up after bounded rings: what is not done fails, what is done stays', async () => {
    const { shop, entries } = await opened();
    await shop.state.writeSlice(segmentId, sliceWith(entries, 0, 4, 'a'), CALM);
    for (let turn = 0; turn <= SWEEP.ringsMax + 1; turn++) {
      await shop.clock.advance(SWEEP.silenceMs + 1_000);
      await sweepOnce(shop);
    }
    const { path, failed } = await segmentOf(shop);
    expect([path?.length, failed]).toEqual([2, 7]);
    const slice = await shop.state.readSlice(segmentId, path![1]!, CALM);
    expect(slice).toMatchObject({ from: 4, to: 9, failed: [], abandoned: { code: 'TIMEOUT' } });
    expect((await totalsOf(shop)).failures).toMatchObject({
      TIMEOUT: { objects: 5 },
      ARCHIVED: { objects: 2 },
    });
  });

  it('gives up also a segment whose manifest was removed', async () => {
    const { shop } = await opened();
    await shop.state.removeManifest(segmentId, CALM);
    for (let turn = 0; turn <= SWEEP.ringsMax; turn++) {
      await shop.clock.advance(SWEEP.silenceMs + 1_000);
      await sweepOnce(shop);
    }
    expect(await segmentOf(shop)).toMatchObject({ done: true, failed: 9 });
  });

  it('gives a range up after bounded rings, with the key it stopped at', async () => {
    const shop = openWorkshop();
    await begin(shop);
    ({ segmentId } = await plantSegment(shop, PLACE, fill(shop, KEYS), false));
    const slice = summaryOf(sliceWith(fill(shop, KEYS), 0, 9, 'a'));
    await settle(shop.ports, 'sample', [{ segmentId, slice }]);
    for (let turn = 0; turn < SWEEP.ringsMax; turn++) {
      await shop.clock.advance(SWEEP.silenceMs + 1_000);
      await sweepOnce(shop);
      expect(taken(shop, 'ranges')).toHaveLength(1);
    }
    await shop.clock.advance(SWEEP.silenceMs + 1_000);
    await sweepOnce(shop);
    const range = await shop.table.range('sample', ROOT_RANGE);
    expect(range?.problem).toContain('listing stopped at "k8"');
  });
});
