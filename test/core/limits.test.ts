import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../lib/core/errors.ts';
import { type Limits, limitsAt } from '../../lib/core/limits.ts';
import { parseTask } from '../../lib/core/task.ts';
import { sampleTask, writtenTask } from '../support/sample-task.ts';

const limitsOf = (limits: unknown): Limits => sampleTask({ limits }).limits;
const requestsAt = (limits: Limits, instant: string) =>
  limitsAt(limits, Date.parse(instant)).requestsPerSecond;

function mistakesOf(limits: unknown, others: object = {}): readonly string[] {
  try {
    parseTask({ ...writtenTask({ limits }), ...others });
  } catch (error) {
    if (error instanceof UserError) return error.mistakes;
    throw error;
  }
  return [];
}

const NIGHT = limitsOf([
  { from: '22:00', to: '07:00', requestsPerSecond: 900, bytesPerSecond: '1 GiB', timeZone: 'Asia/Shanghai' },
  { from: '12:00', to: '13:30', requestsPerSecond: 300 },
  { requestsPerSecond: 100 },
]);

describe('limits by the time of day', () => {
  it('hold from their beginning to the minute before their end, over midnight too', () => {
    const at = (time: string) => requestsAt(NIGHT, `2026-03-01T${time}+08:00`);
    expect(['22:00:00', '23:59:59', '00:00:00', '06:59:59'].map(at)).toEqual([900, 900, 900, 900]);
    expect(['12:00:00', '13:29:59'].map(at)).toEqual([300, 300]);
    expect(['07:00:00', '11:59:59', '13:30:00', '21:59:59'].map(at)).toEqual([100, 100, 100, 100]);
  });

  it('limit what the entry that holds names, and nothing else', () => {
    const at = (time: string) => limitsAt(NIGHT, Date.parse(`2026-03-01T${time}Z`));
    expect(at('15:00')).toEqual({ requestsPerSecond: 900, bytesPerSecond: 2 ** 30 });
    expect(at('04:00')).toEqual({ requestsPerSecond: 300, bytesPerSecond: undefined });
  });

  it('follow the clock on the wall where it is moved, and UTC where no zone is named', () => {
    const entry = { from: '09:00', to: '10:00', requestsPerSecond: 5 };
    const berlin = limitsOf([{ ...entry, timeZone: 'Europe/Berlin' }]);
    expect(requestsAt(berlin, '2026-03-28T08:30Z')).toBe(5);
    expect(requestsAt(berlin, '2026-03-30T08:30Z')).toBeUndefined();
    expect(requestsAt(berlin, '2026-03-30T07:30Z')).toBe(5);
    expect(requestsAt(limitsOf([entry]), '2026-03-30T09:30Z')).toBe(5);
  });

  it('are none outside all windows where no entry says more', () => {
    const table = limitsOf([{ from: '00:00', to: '12:00', requestsPerSecond: 1 }]);
    expect(limitsAt(table, Date.parse('2026-01-01T12:00Z'))).toEqual({});
  });

  it('that tile the day leave no minute to the entry without times', () => {
    const two = (n: number) => String(n).padStart(2, '0');
    const text = (minute: number) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 1_439 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 0, max: 1_439 }), (minutes, minute) => {
        const sorted = minutes.toSorted((a, b) => a - b);
        const windows = sorted.map((from, at) => ({
          from: text(from),
          to: text(sorted[(at + 1) % sorted.length] ?? 0),
          requestsPerSecond: at + 1,
        }));
        const expected = sorted.findLastIndex((from) => from <= minute) + 1 || sorted.length;
        const table = limitsOf([...windows, { requestsPerSecond: 0.5 }]);
        expect(requestsAt(table, `2026-01-01T${text(minute)}:30Z`)).toBe(expected);
      }),
    );
  });

  it('stay the same when their task is written and read again', () => {
    const task = sampleTask({ limits: NIGHT });
    expect(parseTask(JSON.parse(JSON.stringify(task)))).toEqual(task);
  });
});

describe('the mistakes of limits', () => {
  it('in the fields of a list are told together, with those of the rest of the task', () => {
    const limits = [
      { from: '25:00', to: '7:00', requestsPerSecond: 0 },
      { timeZone: 'Mars/Olympus', bytesPerSecond: 'lots', burst: 1 },
    ];
    const mistakes = mistakesOf(limits, { conflict: 'ask' });
    expect(mistakes.map((mistake) => mistake.slice(0, mistake.indexOf(':')))).toEqual([
      'conflict',
      'limits.0.from',
      'limits.0.to',
      'limits.0.requestsPerSecond',
      'limits.1.timeZone',
      'limits.1.bytesPerSecond',
      'limits.1.burst',
    ]);
  });

  it.each([
    [[], 'limits: has no entry'],
    [5, 'limits: is neither an object with limits nor a list'],
    [{ perSecond: 5 }, 'limits.perSecond: is not a property of a task'],
    [[{ from: '10:00' }], 'limits.0: has only one of "from" and "to"'],
    [[{ from: '10:00', to: '10:00' }], 'limits.0: begins when it ends'],
    [[{ requestsPerSecond: 1 }, {}], 'limits.1: has no times, as entry 0'],
    [
      [
        { from: '22:00', to: '07:00' },
        { from: '06:59', to: '08:00' },
      ],
      'limits.1: overlaps with entry 0',
    ],
    [[{ timeZone: 'UTC' }, { from: '1', to: '2' }], 'limits.1.from: is not a time of day'],
    [
      [{ timeZone: 'UTC' }, { from: '01:00', to: '02:00', timeZone: 'Asia/Tokyo' }],
      'limits.1: has time zone',
    ],
  ])('%j are refused with their place and reason', (limits, mistake) => {
    expect(mistakesOf(limits)[0]).toContain(mistake);
  });

  it('do not count windows that touch as overlapping', () => {
    const touching = [
      { from: '22:00', to: '07:00' },
      { from: '07:00', to: '12:00' },
      { from: '12:00', to: '22:00' },
    ];
    expect(mistakesOf(touching)).toEqual([]);
  });
});
