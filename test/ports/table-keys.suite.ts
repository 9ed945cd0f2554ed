/** Keys and texts of every kind through the table store, and tasks side by side. */
import { expect, it } from 'vitest';
import { FAILURE_CODES } from '../../lib/core/failures.ts';
import { NASTY_KEYS } from './nasty-keys.ts';
import { advanceOver, type Handles, newTask, rowOf, sliceOf, tallyWith } from './table-fixtures.ts';
import type { PlantedRange } from './table.suite.ts';

export function describeKeys(handles: Handles, plant: (range: PlantedRange) => Promise<void>): void {
  it('moves a cursor over keys of every kind, and compares it exactly', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    let from = '';
    for (const [seq, to] of NASTY_KEYS.entries()) {
      const step = advanceOver('t', { seq, from, to });
      expect(await b.advance({ ...step, expectedCursor: `${from}\u0000` })).toBe(false);
      expect(await a.advance(step)).toBe(true);
      expect((await b.range('t', 'root'))?.cursor).toBe(to);
      from = to;
    }
  });

  it('tells bounds and problems of every kind as they were given', async () => {
    const [a, b] = handles();
    await a.createTask({ ...newTask('t'), after: NASTY_KEYS[0] ?? '' });
    for (const [i, key] of NASTY_KEYS.slice(1).entries()) {
      const upTo = NASTY_KEYS[i + 2];
      await plant({ taskId: 't', rangeId: `r${i}`, after: key, upTo, nowMs: 1_000 });
      const problem = `${key} lone \ud800 surrogate`;
      expect(await a.failRange({ taskId: 't', rangeId: `r${i}`, problem })).toBe(true);
      expect(await b.range('t', `r${i}`)).toMatchObject({ after: key, upTo, cursor: key, problem });
    }
    expect((await b.range('t', 'root'))?.after).toBe(NASTY_KEYS[0]);
  });

  it('pages through ranges in UTF-8 byte order, whatever the order they came in', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    for (const [i, after] of NASTY_KEYS.toReversed().entries())
      await plant({ taskId: 't', rangeId: `r${i}`, after, upTo: undefined, nowMs: 1_000 });
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await b.ranges('t', after, 7);
      expect(page.length).toBeLessThanOrEqual(7);
      if (page.length === 0) break;
      seen.push(...page.map((range) => range.after));
    }
    expect(seen).toEqual(['', ...NASTY_KEYS]);
  });

  it('tells silent ranges apart by when they were rung', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    for (const n of [1, 2, 3]) {
      await plant({ taskId: 't', rangeId: `r${n}`, after: `k${n}`, upTo: undefined, nowMs: 1_000 });
      await a.rang({ taskId: 't', rangeIds: [`r${n}`], segmentIds: [], nowMs: 5_000 - n });
    }
    const silent = await b.silentRanges('t', 4_999, 2);
    expect(silent.map((range) => range.rangeId)).toEqual(['root', 'r3']);
  });

  it('keeps paths, samples and slices of every kind as they were given', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const step = advanceOver('t', { seq: 0, from: '', to: 'm' });
    const { segmentId } = step.segment;
    await a.advance(step);
    const samples = NASTY_KEYS.map((key) => ({ key, message: `${key}\n\ud800`, requestId: key }));
    const failures = Object.fromEntries(
      FAILURE_CODES.map((code, i) => [code, { objects: 9, samples: samples.slice(i * 2, i * 2 + 5) }]),
    );
    const slices = NASTY_KEYS.filter((key) => key.length < 200).map((name) => ({
      ...sliceOf(0, 1),
      name,
      failures,
    }));
    const answer = await a.addSlices({
      taskId: 't',
      slices: slices.toReversed().map((slice) => ({ segmentId, slice })),
      nowMs: 2_000,
    });
    expect(answer.get(segmentId)).toEqual(slices);
    await a.freeze({
      taskId: 't',
      segmentId,
      path: NASTY_KEYS,
      tally: tallyWith({}),
      failures,
      bytesCorrection: 0,
    });
    expect((await rowOf(b, 't', segmentId))?.path).toEqual(NASTY_KEYS);
    expect((await b.totals('t')).failures).toEqual(failures);
  });

  it('keeps tasks apart that share every other id', async () => {
    const [a, b] = handles();
    const ids = ['t', 't-1', 't1', 'tt'];
    for (const [i, taskId] of ids.entries()) {
      await a.createTask(newTask(taskId));
      const step = advanceOver(taskId, { seq: 0, from: '', to: taskId, count: 10 + i });
      expect(await b.advance(step)).toBe(true);
      const { segmentId } = step.segment;
      const slice = { ...sliceOf(0, 10 + i), name: 'same' };
      expect(
        (await a.addSlices({ taskId, slices: [{ segmentId, slice }], nowMs: 2_000 })).get(segmentId),
      ).toEqual([slice]);
      const failures = { NETWORK: { objects: i + 1, samples: [] } };
      const frozen = { taskId, segmentId, path: [taskId], tally: tallyWith({ failed: i + 1 }), failures };
      expect(await b.freeze({ ...frozen, bytesCorrection: 0 })).toBe(true);
    }
    await a.rang({ taskId: 't', rangeIds: ['root'], segmentIds: ['root/0-u'], nowMs: 6_000 });
    for (const [i, taskId] of ids.entries()) {
      expect(await b.range(taskId, 'root')).toMatchObject({ cursor: taskId, rings: taskId === 't' ? 1 : 0 });
      expect(await b.totals(taskId)).toMatchObject({
        ...{
          ranges: 1,
          segments: 1,
          segmentsDone: 1,
          listed: { objects: 10 + i },
          tally: tallyWith({ failed: i + 1 }),
        },
        ...{ failures: { NETWORK: { objects: i + 1 } }, deliveredMs: taskId === 't' ? 6_000 : 2_000 },
      });
      expect(await b.failedSegments(taskId, '', 9)).toMatchObject([{ path: [taskId], failed: i + 1 }]);
    }
  });
}
