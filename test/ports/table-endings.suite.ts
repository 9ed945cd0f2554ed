/** Endings: one tick makes each step, and an end is confirmed once. */
import { expect, it } from 'vitest';
import { type Ending, NO_ENDING } from '../../lib/ports/table.ts';
import { NASTY_KEYS } from './nasty-keys.ts';
import { type Handles, newTask } from './table-fixtures.ts';

function endingAt(step: number, segments: number): Ending {
  const failedList = { ...NO_ENDING.failedList, segments, carried: NASTY_KEYS.join('\n'), etags: ['a', 'b'] };
  return { step, listingComplete: true, failedList: { ...failedList, uploadId: 'u' } };
}

export function describeEndings(handles: Handles): void {
  it('lets one of two ticks make a step, and tells the other that it did not', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    expect(await a.ending('t')).toEqual(NO_ENDING);
    for (const step of [1, 2, 3]) {
      const won = await Promise.all(
        [a, b, a].map((table, i) => table.moveEnding({ taskId: 't', ending: endingAt(step, i) })),
      );
      expect(won.filter((did) => did)).toHaveLength(1);
      expect(await b.ending('t')).toEqual(endingAt(step, won.indexOf(true)));
    }
    expect(await b.moveEnding({ taskId: 't', ending: endingAt(5, 0) })).toBe(false);
    expect(await b.moveEnding({ taskId: 't', ending: endingAt(1, 0) })).toBe(false);
    expect(await a.ending('other')).toEqual(NO_ENDING);
  });

  it('names the tasks that ended in a span of time until their end is confirmed', async () => {
    const [a, b] = handles();
    for (const [taskId, atMs] of [
      ['u', 3_000],
      ['t', 2_000],
      ['v', 4_000],
      ['w', 3_000],
    ] as const) {
      await a.createTask(newTask(taskId));
      if (taskId !== 'w') await a.setTaskState({ taskId, from: ['running'], to: 'finished', atMs });
    }
    await a.moveEnding({ taskId: 'u', ending: endingAt(1, 0) });
    const ends = (fromMs: number, beforeMs: number, limit = 9) =>
      b.unconfirmedEnds({ fromMs, beforeMs, limit });
    expect(await ends(2_000, 4_000)).toEqual(['t', 'u']);
    expect(await ends(0, Infinity, 2)).toEqual(['t', 'u']);
    for (const taskId of ['t', 'u', 't']) await a.confirmEnd(taskId);
    expect(await ends(0, Infinity)).toEqual(['v']);
    expect(await b.ending('u')).toEqual(endingAt(1, 0));
    expect(await b.ending('t')).toEqual(NO_ENDING);
    expect(await b.moveEnding({ taskId: 't', ending: endingAt(1, 7) })).toBe(true);
    expect(await ends(0, 4_000)).toEqual([]);
  });

  it('names ranges that were given up, and no others', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    expect(await b.failedRanges('t', 9)).toEqual([]);
    await a.failRange({ taskId: 't', rangeId: 'root', problem: 'HTTP 403' });
    expect(await b.failedRanges('t', 9)).toMatchObject([{ rangeId: 'root', problem: 'HTTP 403' }]);
    expect(await b.failedRanges('t', 0)).toEqual([]);
  });
}
