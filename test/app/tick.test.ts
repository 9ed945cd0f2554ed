import { describe, expect, it } from 'vitest';
import { settle } from '../../lib/app/settle.ts';
import { ROOT_RANGE } from '../../lib/app/start-task.ts';
import { tick } from '../../lib/app/tick.ts';
import { type Outcome, sliceOf } from '../../lib/core/outcomes.ts';
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

const PLACES = ['r/0000000-a', 'r/0000001-b'] as const;
/** Of the segments planted last. */
let segmentIds: readonly [string, string];

/** Two segments of two objects each; every second object of what is settled failed. */
async function opened({ listed = true } = {}) {
  const shop = openWorkshop();
  await begin(shop);
  const entries = [fill(shop, ['a', 'b\n"']), fill(shop, ['c', 'd'])] as const;
  const first = await plantSegment(shop, PLACES[0], entries[0], false);
  const second = await plantSegment(shop, PLACES[1], entries[1], listed);
  segmentIds = [first.segmentId, second.segmentId];
  const failure = { code: 'ARCHIVED', message: 'archived', requestId: 'q' } as const;
  const outcomes: Outcome[] = [
    { kind: 'copied', bytes: 1, verified: 'crc64' },
    { kind: 'failed', bytes: 1, failure },
  ];
  const finish = async (at: 0 | 1) => {
    const slice = sliceOf({ from: 0, unique: 'u', entries: entries[at], outcomes });
    await shop.state.writeSlice(segmentIds[at], slice, CALM);
    const { failed: _, ...summary } = slice;
    await settle(shop.ports, 'sample', [{ segmentId: segmentIds[at], slice: summary }]);
  };
  return { shop, finish };
}

const look = async ({ ports }: Workshop) => (await tick(ports, 'sample', Infinity, CALM))!;
const stateOf = async ({ table }: Workshop) => (await table.task('sample'))?.state;

function failedLines({ objects, state }: Workshop): { key: string; error: { code: string } }[] {
  const body = objects.objects.get(`${state.location.prefix}failed.jsonl`)?.bytes.toString() ?? '';
  return body
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { key: string; error: { code: string } });
}

describe('a task', () => {
  it('ends when all is listed and done, and is not touched again', async () => {
    const { shop, finish } = await opened();
    await finish(0);
    expect(await look(shop)).toMatchObject({
      status: 'running',
      finishedAt: null,
      objects: { total: 4, pending: 2 },
    });
    await finish(1);
    const report = await look(shop);
    expect(report).toMatchObject({
      status: 'completed_with_failures',
      objects: { total: 4, copied: 2, failed: 2, pending: 0 },
      manifests: { failed: 'cos://photos-1250000000/.oss2cos/sample/failed.jsonl' },
    });
    expect(await shop.state.readReport(CALM)).toEqual(report);
    expect(await stateOf(shop)).toBe('finished');
    expect(await tick(shop.ports, 'sample', Infinity, CALM)).toBeUndefined();
  });

  it('names exactly the failed keys in its failed manifest', async () => {
    const { shop, finish } = await opened();
    await finish(0);
    await finish(1);
    await look(shop);
    expect(failedLines(shop)).toEqual(
      ['b\n"', 'd'].map((key) => ({
        key,
        size: 1,
        etag: shop.bucket.get(key)!.etag,
        error: { code: 'ARCHIVED', message: 'archived', requestId: 'q', retryable: false },
      })),
    );
  });

  it('does not end while a range is open, nor succeed where the ranges leave a gap', async () => {
    const open = await opened({ listed: false });
    await open.finish(0);
    await open.finish(1);
    expect(await look(open.shop)).toMatchObject({ status: 'planning', finishedAt: null });
    const { shop, finish } = await opened();
    await finish(0);
    await finish(1);
    const now = { nowMs: shop.clock.now(), taskId: 'sample', rangeId: 'r2', after: 'x' };
    shop.table.plantRange(now);
    const step = {
      taskId: 'sample',
      rangeId: 'r2',
      expectedCursor: 'x',
      expectedUpTo: undefined,
      cursor: 'x',
      listed: true,
      nowMs: 1,
    };
    await shop.table.advance(step);
    expect(await look(shop)).toMatchObject({ status: 'failed', listing: { complete: false } });
  });

  it('fails with the reason where its listing was given up', async () => {
    const { shop, finish } = await opened({ listed: false });
    await finish(0);
    await finish(1);
    await shop.table.failRange({ taskId: 'sample', rangeId: ROOT_RANGE, problem: 'HTTP 403' });
    expect(await look(shop)).toMatchObject({ status: 'failed', problems: ['HTTP 403'] });
  });

  it('goes on listing where one range was given up and another is open', async () => {
    const { shop, finish } = await opened({ listed: false });
    await finish(0);
    await finish(1);
    shop.table.plantRange({ nowMs: shop.clock.now(), taskId: 'sample', rangeId: 'r2', after: 'x' });
    await shop.table.failRange({ taskId: 'sample', rangeId: ROOT_RANGE, problem: 'HTTP 403' });
    expect(await look(shop)).toMatchObject({ finishedAt: null, problems: ['HTTP 403'] });
    await shop.table.failRange({ taskId: 'sample', rangeId: 'r2', problem: 'HTTP 503' });
    expect(await look(shop)).toMatchObject({ status: 'failed' });
  });

  it('ends also where a result object is gone: the failed manifest becomes a problem', async () => {
    const { shop, finish } = await opened();
    await finish(0);
    await finish(1);
    const gone = `${shop.state.location.prefix}results/${segmentIds[0]}/0-2-u.json`;
    await shop.objects.remove(gone, CALM);
    const report = await look(shop);
    expect(report.finishedAt).not.toBeNull();
    expect(report.problems.join()).toContain(gone);
  });
});

describe('the control object', () => {
  it('pauses a task and lets it go on, with everything open rung again at once', async () => {
    const { shop } = await opened({ listed: false });
    await shop.clock.advance(5_000);
    await shop.state.writeControl({ state: 'paused' }, CALM);
    expect((await look(shop)).status).toBe('paused');
    await shop.clock.advance(SWEEP.silenceMs / 2); // not long enough to be taken for silent
    await look(shop);
    expect(taken(shop, 'segments')).toEqual([]);
    await shop.state.writeControl({ state: 'running' }, CALM);
    expect((await look(shop)).status).toBe('planning');
    expect(taken(shop, 'segments').map(({ segmentId }) => segmentId)).toEqual([...segmentIds]);
    expect(taken(shop, 'ranges')).toHaveLength(1);
  });

  it('keeps a paused task from ending', async () => {
    const { shop, finish } = await opened();
    await finish(0);
    await finish(1);
    await shop.state.writeControl({ state: 'paused' }, CALM);
    expect(await look(shop)).toMatchObject({ status: 'paused', finishedAt: null });
  });

  it('cancels a task: what was not tried is CANCELLED and in the failed manifest', async () => {
    const { shop, finish } = await opened({ listed: false });
    await finish(0);
    await shop.state.writeControl({ state: 'cancelled' }, CALM);
    const report = await look(shop);
    expect(report).toMatchObject({ status: 'cancelled', objects: { copied: 1, failed: 3, pending: 0 } });
    expect(report.problems).toHaveLength(1);
    expect(failedLines(shop).map(({ key, error }) => [key, error.code])).toEqual([
      ['b\n"', 'ARCHIVED'],
      ['c', 'CANCELLED'],
      ['d', 'CANCELLED'],
    ]);
    expect(await stateOf(shop)).toBe('cancelled');
  });

  it('cancels a paused task too, and a cancelled one does not go on', async () => {
    const { shop } = await opened();
    await shop.state.writeControl({ state: 'paused' }, CALM);
    await look(shop);
    await shop.state.writeControl({ state: 'cancelled' }, CALM);
    expect((await look(shop)).status).toBe('cancelled');
    await shop.state.writeControl({ state: 'running' }, CALM);
    expect(await tick(shop.ports, 'sample', Infinity, CALM)).toBeUndefined();
    expect(await stateOf(shop)).toBe('cancelled');
  });
});
