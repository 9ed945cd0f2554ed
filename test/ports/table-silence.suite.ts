/** Silence: what has to be rung again, and that it was. */
import { expect, it } from 'vitest';
import { advanceOver, type Handles, newTask, rowOf, sliceOf, tallyWith } from './table-fixtures.ts';

export function describeSilence(handles: Handles): void {
  it('tells the ranges that are open and silent, longest unrung first', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    expect((await b.silentRanges('t', 1_000, 5)).length).toBe(0);
    expect((await b.silentRanges('t', 1_001, 5)).map((range) => range.rangeId)).toEqual(['root']);
    await a.rang({ taskId: 't', rangeIds: ['root'], segmentIds: [], nowMs: 2_000 });
    expect(await b.silentRanges('t', 2_000, 5)).toEqual([]);
    expect(await b.silentRanges('t', 2_001, 5)).toMatchObject([{ rungAtMs: 2_000, rings: 1 }]);
    await a.advance(advanceOver('t', { seq: 0, from: '', to: 'm', nowMs: 3_000 }));
    expect(await b.silentRanges('t', 3_000, 5)).toEqual([]);
    await a.advance({ ...advanceOver('t', { seq: 1, from: 'm', to: 'n', nowMs: 3_000 }), listed: true });
    expect(await b.silentRanges('t', 9_000, 5)).toEqual([]);
  });

  it('tells the segments that are not done and silent, longest unrung first', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const id = (seq: number) => `root/${seq}-u`;
    for (let seq = 0; seq < 5; seq++) {
      const step = advanceOver('t', {
        seq,
        from: seq === 0 ? '' : `k${seq - 1}`,
        to: `k${seq}`,
        nowMs: 2_000 + seq,
      });
      await a.advance(step);
    }
    const silent = async (beforeMs: number, limit = 9) =>
      (await b.silentSegments('t', beforeMs, limit)).map((segment) => segment.seq);
    expect(await silent(2_003)).toEqual([0, 1, 2]);
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: [id(0), id(0), id(3)], nowMs: 3_000 });
    await a.addSlices({ taskId: 't', slices: [{ segmentId: id(1), slice: sliceOf(0, 1) }], nowMs: 4_000 });
    const frozen = { taskId: 't', path: [], tally: tallyWith({}), failures: {}, bytesCorrection: 0 };
    await a.freeze({ ...frozen, segmentId: id(2) });
    expect(await silent(4_000)).toEqual([4, 0, 3]);
    expect(await silent(4_001)).toEqual([1, 4, 0, 3]);
    expect(await silent(4_001, 2)).toEqual([1, 4]);
    expect(await rowOf(a, 't', id(0))).toMatchObject({ rungAtMs: 3_000, rings: 1, movedAtMs: 2_000 });
  });

  it('takes open segments for rung and moved when parts of them are', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    for (let seq = 0; seq < 3; seq++) {
      const from = seq === 0 ? '' : `k${seq - 1}`;
      await a.advance(advanceOver('t', { seq, from, to: `k${seq}`, nowMs: 2_000 }));
    }
    const id = (seq: number) => `root/${seq}-u`;
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: [id(0), id(1)], nowMs: 3_000 });
    const frozen = { taskId: 't', path: [], tally: tallyWith({}), failures: {}, bytesCorrection: 0 };
    await a.freeze({ ...frozen, segmentId: id(1) });
    const others = Array.from({ length: 500 }, (_, i) => `root/x-${i}`);
    await b.moving({ taskId: 't', segmentIds: [id(0), id(1), ...others], parts: [], nowMs: 4_000 });
    await b.moving({ taskId: 'unknown', segmentIds: [id(2)], parts: [], nowMs: 4_000 });
    expect(await rowOf(a, 't', id(0))).toMatchObject({ rungAtMs: 4_000, movedAtMs: 4_000, rings: 0 });
    expect(await rowOf(a, 't', id(1))).toMatchObject({ rungAtMs: 3_000, movedAtMs: 2_000, rings: 1 });
    expect(await rowOf(a, 't', id(2))).toMatchObject({ rungAtMs: 2_000, movedAtMs: 2_000, rings: 0 });
    expect((await b.silentSegments('t', 4_000, 9)).map(({ seq }) => seq)).toEqual([2]);
  });

  it('tells everything open as silent before the end of time', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    await a.advance(advanceOver('t', { seq: 0, from: '', to: 'm' }));
    expect((await b.silentRanges('t', Infinity, 9)).map((range) => range.rangeId)).toEqual(['root']);
    expect((await b.silentSegments('t', Infinity, 9)).map((segment) => segment.seq)).toEqual([0]);
  });

  it('rings more at once than a statement has room for', async () => {
    const [a] = handles();
    await a.createTask(newTask('t'));
    await a.advance(advanceOver('t', { seq: 0, from: '', to: 'm', unique: 'last' }));
    const others = Array.from({ length: 500 }, (_, i) => `root/x-${i}`);
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: [...others, 'root/0-last'], nowMs: 7_000 });
    expect(await rowOf(a, 't', 'root/0-last')).toMatchObject({ rungAtMs: 7_000, rings: 1 });
  });
}
