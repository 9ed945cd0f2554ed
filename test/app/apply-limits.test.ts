import { expect, it } from 'vitest';
import { applyLimits } from '../../lib/app/apply-limits.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { sampleTask } from '../support/sample-task.ts';

const clock = new FakeClock(Date.parse('2026-01-01T06:59:59Z'));
const table = [{ from: '22:00', to: '07:00', bytesPerSecond: 9 }, { bytesPerSecond: 3 }];

function applied(control: Parameters<typeof applyLimits>[2]) {
  const set: unknown[] = [];
  const stores = { limit: (taskId: string, limits: object) => set.push(taskId, limits) };
  applyLimits({ stores, clock }, sampleTask({ limits: table }), control);
  return set;
}

it('a table of the task holds by the clock, and what the user set meanwhile holds in its place', async () => {
  expect(applied({ state: 'running' })).toEqual(['sample', { bytesPerSecond: 9 }]);
  await clock.advance(1_000);
  expect(applied({ state: 'running' })).toEqual(['sample', { bytesPerSecond: 3 }]);
  expect(applied({ state: 'running', limits: {} })).toEqual(['sample', {}]);
  expect(applied({ state: 'running', limits: { requestsPerSecond: 7 } })).toEqual([
    'sample',
    { requestsPerSecond: 7 },
  ]);
});
