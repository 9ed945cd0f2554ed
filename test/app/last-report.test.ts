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
  await shop.clock.advance(960_000);
  expect(await look()).toEqual(early); // an invocation of that time may still be alive
  await shop.clock.advance(1);
  expect(await look()).toEqual(last);
  await shop.state.writeReport(early!, CALM);
  expect(await look()).toEqual(early); // once confirmed, nobody looks at it again
});

it('a tick that the end overtakes while it writes leaves the last report, and not its own', async () => {
  const shop = openWorkshop();
  await begin(shop);
  await plantSegment(shop, 'r/0000000-a', fill(shop, ['a']));
  let last: unknown;
  const put = shop.objects.put.bind(shop.objects);
  shop.objects.put = async (...args) => {
    shop.objects.put = put;
    await shop.state.writeControl({ state: 'cancelled' }, CALM);
    last = await tick(shop.ports, 'sample', Infinity, CALM);
    await put(...args);
  };
  const overtaken = await tick(shop.ports, 'sample', Infinity, CALM);
  expect([overtaken?.finishedAt, last]).toMatchObject([null, { status: 'cancelled' }]);
  expect(await shop.state.readReport(CALM)).toEqual(last);
});
