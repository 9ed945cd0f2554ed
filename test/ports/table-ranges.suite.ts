/** Ranges: one planner wins each step, and nothing else moves. */
import { expect, it } from 'vitest';
import { advanceOver, type Handles, newTask, rowOf } from './table-fixtures.ts';

export function describeRanges(handles: Handles): void {
  it('lets exactly one of two planners advance from the same cursor', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const steps = [0, 1, 2, 3].map((i) =>
      advanceOver('t', { seq: 0, from: '', to: `k${i}`, unique: `u${i}` }),
    );
    const won = await Promise.all(steps.map((step, i) => (i % 2 === 0 ? a : b).advance(step)));
    const winner = won.indexOf(true);
    expect(won.filter((did) => did)).toHaveLength(1);
    expect(await a.range('t', 'root')).toMatchObject({ cursor: `k${winner}`, segments: 1 });
    for (const [i, step] of steps.entries())
      expect((await rowOf(b, 't', step.segment.segmentId)) !== undefined).toBe(i === winner);
  });

  it('moves the cursor, counts the segment and inserts it as rung now', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    await a.rang({ taskId: 't', rangeIds: ['root'], segmentIds: [], nowMs: 1_500 });
    const step = advanceOver('t', { seq: 0, from: '', to: 'm', count: 7, bytes: 2 ** 45, nowMs: 2_000 });
    expect(await a.advance(step)).toBe(true);
    expect(await b.range('t', 'root')).toMatchObject({
      ...{ cursor: 'm', state: 'open', segments: 1, listed: { objects: 7, bytes: 2 ** 45 } },
      ...{ rungAtMs: 1_500, rings: 0, movedAtMs: 2_000 },
    });
    expect(await rowOf(b, 't', step.segment.segmentId)).toEqual({
      ...{
        taskId: 't',
        segmentId: step.segment.segmentId,
        rangeId: 'root',
        seq: 0,
        count: 7,
        bytes: 2 ** 45,
      },
      ...{ done: false, path: undefined, failed: 0, rungAtMs: 2_000, rings: 0, movedAtMs: 2_000 },
    });
  });

  it('moves the cursor alone where everything listed was filtered out', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const { segment: _, ...step } = advanceOver('t', { seq: 0, from: '', to: 'm' });
    expect(await a.advance(step)).toBe(true);
    expect(await b.range('t', 'root')).toMatchObject({
      cursor: 'm',
      segments: 0,
      listed: { objects: 0, bytes: 0 },
    });
  });

  it('changes nothing when the step has another segment number, or the range is listed or failed', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    expect(await a.advance(advanceOver('t', { seq: 1, from: '', to: 'm' }))).toBe(false);
    expect(await a.advance({ ...advanceOver('t', { seq: 0, from: '', to: 'm' }), listed: true })).toBe(true);
    expect(await a.advance(advanceOver('t', { seq: 1, from: 'm', to: 'n' }))).toBe(false);
    expect(await b.failRange({ taskId: 't', rangeId: 'root', problem: 'late' })).toBe(false);
    expect(await b.range('t', 'root')).toMatchObject({
      state: 'listed',
      cursor: 'm',
      segments: 1,
      problem: undefined,
    });
  });

  const splitAt = (at: string, newRangeId: string, expectedUpTo?: string) => ({
    ...{ taskId: 't', rangeId: 'root', nowMs: 3_000 },
    ...{ at, newRangeId, expectedUpTo },
  });

  it('splits what is left of an open range at a key, and the rest is open and was never rung', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    await a.advance(advanceOver('t', { seq: 0, from: '', to: 'c' }));
    expect(await a.split(splitAt('m', 'second'))).toBe(true);
    expect(await a.split(splitAt('f\u{1f600}', 'first', 'm'))).toBe(true);
    const ranges = await b.ranges('t', undefined, 10);
    expect(ranges.map(({ rangeId, after, upTo }) => [rangeId, after, upTo])).toEqual([
      ['root', '', 'f\u{1f600}'],
      ['first', 'f\u{1f600}', 'm'],
      ['second', 'm', undefined],
    ]);
    expect(ranges[0]).toMatchObject({ cursor: 'c', segments: 1, listed: { objects: 5 } });
    expect(ranges[2]).toMatchObject({
      ...{ cursor: 'm', state: 'open', segments: 0, listed: { objects: 0, bytes: 0 } },
      ...{ rungAtMs: 0, rings: 0, movedAtMs: 3_000 },
    });
  });

  it('splits nothing at or before the cursor, at or behind the end, or under another bound, and nothing that is not open', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    await a.advance(advanceOver('t', { seq: 0, from: '', to: 'c' }));
    expect(await a.split(splitAt('m', 'x', 'z'))).toBe(false);
    expect(await a.split(splitAt('m', 'second'))).toBe(true);
    for (const [at, bound] of [
      ['c', 'm'],
      ['b', 'm'],
      ['m', 'm'],
      ['n', 'm'],
      ['f', undefined],
      ['f', 'n'],
    ] as const)
      expect(await b.split(splitAt(at, `x${at}`, bound)), `at ${at}`).toBe(false);
    await a.failRange({ taskId: 't', rangeId: 'root', problem: 'late' });
    expect(await b.split(splitAt('f', 'x', 'm'))).toBe(false);
    expect(await b.split({ ...splitAt('f', 'x', 'm'), rangeId: 'none' })).toBe(false);
    expect((await b.ranges('t', undefined, 10)).map(({ rangeId }) => rangeId)).toEqual(['root', 'second']);
  });

  it('lets one of two splits under the same bound win', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const won = await Promise.all([a.split(splitAt('m', 'one')), b.split(splitAt('g', 'two'))]);
    expect(won.toSorted()).toEqual([false, true]);
    expect(await a.ranges('t', undefined, 10)).toHaveLength(2);
  });

  it('refuses a step that was listed under the bound from before a split', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    expect(await a.split(splitAt('m', 'second'))).toBe(true);
    const step = advanceOver('t', { seq: 0, from: '', to: 'z' });
    expect(await b.advance({ ...step, listed: true })).toBe(false);
    expect(await b.advance({ ...step, cursor: 'm', expectedUpTo: 'n' })).toBe(false);
    expect(await rowOf(b, 't', step.segment.segmentId)).toBeUndefined();
    expect(await b.advance({ ...step, cursor: 'm', expectedUpTo: 'm', listed: true })).toBe(true);
  });

  it('gives a range up once, with its problem', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const fail = { taskId: 't', rangeId: 'root' };
    const problems = ['one', 'two'] as const;
    const won = await Promise.all([
      a.failRange({ ...fail, problem: problems[0] }),
      b.failRange({ ...fail, problem: problems[1] }),
    ]);
    expect(won.toSorted()).toEqual([false, true]);
    expect(await a.range('t', 'root')).toMatchObject({
      state: 'failed',
      problem: problems[won.indexOf(true)],
    });
    expect(await a.advance(advanceOver('t', { seq: 0, from: '', to: 'm' }))).toBe(false);
  });
}
