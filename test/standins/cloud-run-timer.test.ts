import { expect, test } from 'vitest';
import { nextFire, parseCron } from './cloud/run/cron.ts';
import { eventually, functionOf, openRuntime } from './cloud/run/harness.ts';
import type { ActiveTrigger } from './cloud/runtime.ts';

/** Beijing time, which SCF's cron is in. */
function beijing(text: string): number {
  return Date.parse(`${text}+08:00`);
}

function fires(cron: string, after: string, times = 1): string[] {
  const found: string[] = [];
  let at: number | undefined = beijing(after);
  while (at !== undefined && found.length < times) {
    at = nextFire(parseCron(cron), at);
    if (at !== undefined) found.push(new Date(at + 8 * 3_600_000).toISOString().slice(0, 19));
  }
  return found;
}

test.each([
  ['*/5 * * * * * *', '2026-11-21T10:00:03', ['2026-11-21T10:00:05', '2026-11-21T10:00:10']],
  ['0 */5 * * * * *', '2026-11-21T10:55:00', ['2026-11-21T11:00:00', '2026-11-21T11:05:00']],
  ['0 0 2 1 * * *', '2026-12-31T00:00:00', ['2027-01-01T02:00:00', '2027-02-01T02:00:00']],
  ['0 15 10 * * MON-FRI *', '2026-11-20T11:00:00', ['2026-11-23T10:15:00', '2026-11-24T10:15:00']],
  ['0 30 9 ? * 0 *', '2026-11-21T00:00:00', ['2026-11-22T09:30:00', '2026-11-29T09:30:00']],
  ['0 0 0 13 * FRI *', '2026-11-11T00:00:00', ['2026-11-13T00:00:00', '2026-11-20T00:00:00']],
  ['1,59 59 23 31 * * *', '2026-11-21T00:00:00', ['2026-12-31T23:59:01', '2026-12-31T23:59:59']],
  ['0 0 0 29 FEB * *', '2026-11-21T00:00:00', ['2028-02-29T00:00:00', '2032-02-29T00:00:00']],
  ['0 10/20 * * * * *', '2026-11-21T10:00:00', ['2026-11-21T10:10:00', '2026-11-21T10:30:00']],
  ['0 0 0 1 1 * 2030-2031', '2026-11-21T00:00:00', ['2030-01-01T00:00:00', '2031-01-01T00:00:00']],
])('the cron %s fires after %s at %j', (cron, after, expected) => {
  expect(fires(cron, after, expected.length)).toEqual(expected);
});

test.each(['0 0 0 1 1 * 2026', '0 0 0 30 2 * *'])('the cron %s never fires', (cron) => {
  expect(fires(cron, '2026-11-21T00:00:00')).toEqual([]);
});

test.each([
  ['* * * * *', 'has 5 fields'],
  ['60 * * * * * *', '"60" is no second'],
  ['* * 24 * * * *', '"24" is no hour'],
  ['* ? * * * * *', '"?" is no minute'],
  ['* * * 0 * * *', '"0" is no day'],
  ['* * * * JANUARY * *', '"JANUARY" is no month'],
  ['* * * L * * *', '"L" is no day'],
  ['* * * * * 5-2 *', '"5-2" is no week'],
  ['*/0 * * * * * *', '"*/0" is no second'],
  ['1, * * * * * *', '"" is no second'],
])('the cron %s is refused', (cron, message) => {
  expect(() => parseCron(cron)).toThrow(message);
});

const TIMER: ActiveTrigger = { kind: 'timer', name: 'sweep', cron: '0 0 0 1 1 * 2099', argument: 'look' };
const ANSWERS = `exports.main_handler = async (event) => event;`;

test('a timer invokes with its event, again and again, until it is removed', async () => {
  const { runtime, invocations } = openRuntime({ timerEveryMs: 30 });
  const fn = functionOf(ANSWERS);
  await runtime.setTriggers(fn, [TIMER]);
  await eventually(() => invocations.length >= 3);
  await runtime.setTriggers(fn, []);
  const { event, outcome, trigger } = invocations[0]!;
  expect([trigger, outcome.status]).toEqual(['sweep', 0]);
  expect(JSON.parse(event)).toEqual({
    Type: 'Timer',
    TriggerName: 'sweep',
    Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    Message: 'look',
  });
  const stoppedAtMs = Date.now();
  const fired = invocations.length;
  await eventually(() => Date.now() - stoppedAtMs > 200);
  expect(invocations.length).toBe(fired);
});

test('without the override a timer follows its cron', async () => {
  const { runtime, invocations } = openRuntime();
  await runtime.setTriggers(functionOf(ANSWERS), [{ ...TIMER, cron: '* * * * * * *' }]);
  await eventually(() => invocations.length >= 2);
  const times = invocations.map(({ event }) => Date.parse((JSON.parse(event) as { Time: string }).Time));
  expect(times[1]! - times[0]!).toBe(1_000);
});

test('a timer’s failed invocation is tried twice more with the same event, then forgotten', async () => {
  const { runtime, invocations } = openRuntime({ timerEveryMs: 1_500 });
  const fn = functionOf(`exports.main_handler = async () => { throw new Error('no'); };`);
  await runtime.setTriggers(fn, [TIMER]);
  await eventually(() => invocations.length > 3);
  const events = invocations.map(({ event }) => event);
  expect(new Set(events.slice(0, 3)).size).toBe(1);
  expect(events[3]).not.toBe(events[0]);
});

test('a timer’s throttled invocation is tried again until there is room', async () => {
  const { runtime, invocations } = openRuntime({ timerEveryMs: 1_000 });
  const fn = functionOf(ANSWERS);
  await runtime.setTriggers({ ...fn, reservedConcurrencyMb: 0 }, [TIMER]);
  await eventually(() => invocations.length > 5);
  expect(invocations.map(({ outcome }) => outcome.status)).not.toContain(0);
  runtime.replace(fn);
  const first = invocations[0]!.event;
  await eventually(() => invocations.some(({ event, outcome }) => event === first && outcome.status === 0));
});

test('a timer goes on with new code after a replacement', async () => {
  const { runtime, invocations } = openRuntime({ timerEveryMs: 30 });
  const answers = (word: string) => functionOf(`exports.main_handler = async () => '${word}';`);
  await runtime.setTriggers(answers('old'), [TIMER]);
  await eventually(() => invocations.some(({ outcome }) => outcome.retMsg === '"old"'));
  runtime.replace(answers('new'));
  await eventually(() => invocations.some(({ outcome }) => outcome.retMsg === '"new"'));
});

test('a cron that is none is refused where the trigger is set', async () => {
  const { runtime } = openRuntime();
  const fn = functionOf(ANSWERS);
  await expect(runtime.setTriggers(fn, [{ ...TIMER, cron: 'daily' }])).rejects.toThrow('has 1 fields');
  await runtime.setTriggers(fn, [TIMER]);
});
