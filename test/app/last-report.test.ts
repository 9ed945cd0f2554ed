import { expect, it } from 'vitest';
import { tick } from '../../lib/app/tick.ts';
import { reporterHandler } from '../../lib/runtime/handlers.ts';
import { begin, CALM, fill, openWorkshop, plantSegment } from '../support/workshop.ts';

it('the last report stands again after a tick that was overtaken wrote over it and died', async () => {
  const shop = openWorkshop();
  await begin(shop);
  await plantSegment(shop, 'r/0000000-a', fill(shop, ['a']));
  const early = await tick(shop.ports, 'sample', Infinity, CALM);
  await shop.state.writeControl({ state: 'cancelled' }, CALM);
  const last = await tick(shop.ports, 'sample', Infinity, CALM);
  expect([early?.finishedAt === null, last?.finishedAt === null]).toEqual([true, false]);
  await shop.state.writeReport(early!, CALM);
  const timer = reporterHandler(() => ({ ports: shop.ports, signal: CALM }), shop.log);
  const look = async () => {
    await timer({ Type: 'Timer' }, { request_id: 'q', function_name: 'f', time_limit_in_ms: 300_000 });
    return shop.state.readReport(CALM);
  };
  expect(await look()).toEqual(early);
  await shop.clock.advance(1_000_000);
  expect(await look()).toEqual(last);
  await shop.state.writeReport(early!, CALM);
  expect(await look()).toEqual(early); // once confirmed, nobody looks at it again
});
