/** The proof that a listing is complete, of more ranges than one tick reads. */
import { expect, it } from 'vitest';
import { tick } from '../../lib/app/tick.ts';
import { begin, CALM, openWorkshop } from '../support/workshop.ts';

const RANGES = 10_500;

const bound = (n: number) => (n === 0 ? '' : `k${String(n).padStart(7, '0')}`);

/** Looks at a task whose ranges are all listed, and lie end to end but for one that may be left out. */
async function listed(without?: number) {
  const shop = openWorkshop();
  await begin(shop);
  for (let n = 0; n < RANGES; n++) {
    if (n === without) continue;
    const upTo = n === RANGES - 1 ? undefined : bound(n + 1);
    const range = { taskId: 'sample', rangeId: n === 0 ? 'r' : `r${String(n)}`, nowMs: 1 };
    shop.table.plantRange({ ...range, after: bound(n), upTo });
    const bounds = { expectedCursor: bound(n), expectedUpTo: upTo, cursor: bound(n) };
    await shop.table.advance({ ...range, ...bounds, listed: true });
  }
  return { table: shop.table, look: () => tick(shop.ports, 'sample', Infinity, CALM) };
}

it('is given in two ticks, and the task does not end before', async () => {
  const { table, look } = await listed();
  expect(await look()).toMatchObject({ finishedAt: null, listing: { complete: false, ranges: RANGES } });
  expect((await table.ending('sample')).tiled).toEqual({ after: bound(9_999), reached: bound(10_000) });
  expect(await look()).toMatchObject({ status: 'succeeded', listing: { complete: true } });
});

it('is not given where a range is missing, in what the first tick reads or behind it', async () => {
  const failed = { status: 'failed', listing: { complete: false } };
  expect(await (await listed(5_000)).look()).toMatchObject(failed);
  for (const without of [10_000, 10_200, RANGES - 1]) {
    const { look } = await listed(without);
    expect(await look()).toMatchObject({ finishedAt: null });
    expect(await look()).toMatchObject(failed);
  }
});
