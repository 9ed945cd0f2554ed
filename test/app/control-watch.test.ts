import { expect, it } from 'vitest';
import { ControlWatch } from '../../lib/app/control-watch.ts';
import { CALM, openWorkshop } from '../support/workshop.ts';

it('a task that goes on is told so at the next question, one that is paused within seconds', async () => {
  const { clock, state } = openWorkshop();
  const watch = new ControlWatch(clock, state);
  const read = async () => (await watch.read(CALM)).state;
  await state.writeControl({ state: 'paused' }, CALM);
  expect(await read()).toBe('paused');
  await state.writeControl({ state: 'running' }, CALM);
  expect(await read()).toBe('running');
  await state.writeControl({ state: 'paused' }, CALM);
  expect(await read()).toBe('running');
  await clock.advance(5_000);
  expect(await read()).toBe('paused');
});
