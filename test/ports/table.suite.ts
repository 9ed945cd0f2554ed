/** What every table store must keep: two handles on one store, played against each other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Range, Table } from '../../lib/ports/table.ts';
import { describeKeys } from './table-keys.suite.ts';
import { describeTotals } from './table-totals.suite.ts';
import { advanceOver, newTask, sliceOf, tallyWith } from './table-fixtures.ts';

export interface TableHarness {
  /** Two handles on one new store. */
  open(): Promise<readonly [Table, Table]>;
  /** Inserts a range that nobody has listed from, as a split will. */
  plantRange(range: PlantedRange): Promise<void>;
  close(): Promise<void>;
}

export type PlantedRange = Pick<Range, 'taskId' | 'rangeId' | 'after' | 'upTo'> & { readonly nowMs: number };

export function describeTable(name: string, makeHarness: () => TableHarness): void {
  describe(`${name} as a Table`, () => {
    let harness: TableHarness;
    let a: Table;
    let b: Table;
    beforeEach(async () => {
      harness = makeHarness();
      [a, b] = await harness.open();
    });
    afterEach(async () => {
      await Promise.all([a.close(), b.close()]);
      await harness.close();
    });
    describeTasks(() => [a, b]);
    describeRanges(() => [a, b]);
    describeSegments(() => [a, b]);
    describeSilence(() => [a, b]);
    describeKeys(
      () => [a, b],
      (range) => harness.plantRange(range),
    );
    describeTotals(() => [a, b]);
  });
}

export type Handles = () => readonly [Table, Table];

function describeTasks(handles: Handles): void {
  it('creates a task once, however many ask at the same time, and answers all of them the row that stands', async () => {
    const [a, b] = handles();
    const rows = await Promise.all(
      [a, b, a, b].map((table, i) =>
        table.createTask({ ...newTask('t'), digest: `d${i}`, rangeId: `r${i}` }),
      ),
    );
    expect(new Set(rows.map((row) => row.digest)).size).toBe(1);
    expect(await b.ranges('t', undefined, 10)).toHaveLength(1);
    expect(await a.task('t')).toEqual(rows[0]);
    expect(rows[0]).toMatchObject({ state: 'running', startedAtMs: 1_000, finishedAtMs: undefined });
    expect(await a.task('other')).toBeUndefined();
  });

  it('keeps the task itself as it was given', async () => {
    const [a, b] = handles();
    const asked = newTask('t');
    await a.createTask(asked);
    expect((await b.task('t'))?.task).toEqual(asked.task);
  });

  it('starts with one open range that was never rung', async () => {
    const [a, b] = handles();
    await a.createTask({ ...newTask('t'), after: 'from' });
    expect(await b.range('t', 'root')).toMatchObject({
      ...{ after: 'from', cursor: 'from', upTo: undefined, state: 'open', problem: undefined },
      ...{ segments: 0, segmentsDone: 0, rungAtMs: 0, rings: 0, movedAtMs: 1_000 },
    });
    expect(await b.range('t', 'other')).toBeUndefined();
  });

  it('changes a state from the given ones alone, once', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const finish = { taskId: 't', from: ['running'], to: 'finished', atMs: 5 } as const;
    expect(await a.setTaskState({ ...finish, from: ['paused', 'cancelling'] })).toBe(false);
    expect(await a.setTaskState({ ...finish, from: [] })).toBe(false);
    const won = await Promise.all([a.setTaskState(finish), b.setTaskState({ ...finish, atMs: 6 })]);
    expect(won.toSorted()).toEqual([false, true]);
    expect(await a.task('t')).toMatchObject({ state: 'finished', finishedAtMs: won[0] ? 5 : 6 });
  });

  it('keeps when a task went on, and when a cancelled one ended', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    await a.setTaskState({ taskId: 't', from: ['running'], to: 'paused', atMs: 10 });
    await b.setTaskState({ taskId: 't', from: ['paused'], to: 'running', atMs: 20 });
    await a.setTaskState({ taskId: 't', from: ['running'], to: 'cancelling', atMs: 30 });
    expect(await b.task('t')).toMatchObject({
      state: 'cancelling',
      resumedAtMs: 20,
      finishedAtMs: undefined,
    });
    await a.setTaskState({ taskId: 't', from: ['cancelling'], to: 'cancelled', atMs: 40 });
    expect(await b.task('t')).toMatchObject({ state: 'cancelled', resumedAtMs: 20, finishedAtMs: 40 });
  });

  it('lists the tasks that are neither finished nor cancelled, by id', async () => {
    const [a, b] = handles();
    const states = { c: 'paused', a: 'running', e: 'finished', b: 'cancelling', d: 'cancelled' } as const;
    for (const [taskId, to] of Object.entries(states)) {
      await a.createTask(newTask(taskId));
      await a.setTaskState({ taskId, from: ['running'], to, atMs: 1 });
    }
    expect((await b.unfinishedTasks()).map((row) => row.taskId)).toEqual(['a', 'b', 'c']);
  });
}

function describeRanges(handles: Handles): void {
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
      expect((await b.segment('t', step.segment!.segmentId)) !== undefined).toBe(i === winner);
  });

  it('moves the cursor, counts the segment and inserts it as rung now', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    await a.rang({ taskId: 't', rangeIds: ['root'], segmentIds: [], nowMs: 1_500 });
    const step = advanceOver('t', { seq: 0, from: '', to: 'm', count: 7, bytes: 2 ** 45, nowMs: 2_000 });
    expect(await a.advance(step)).toBe(true);
    expect(await b.range('t', 'root')).toMatchObject({
      ...{ cursor: 'm', state: 'open', segments: 1, segmentsDone: 0, listed: { objects: 7, bytes: 2 ** 45 } },
      ...{ rungAtMs: 1_500, rings: 0, movedAtMs: 2_000 },
    });
    expect(await b.segment('t', step.segment!.segmentId)).toEqual({
      ...{
        taskId: 't',
        segmentId: step.segment!.segmentId,
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

  it('gives a range up once, with its problem', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const fail = { taskId: 't', rangeId: 'root' };
    const problems = ['one', 'two'];
    const won = await Promise.all(
      [a, b].map((table, i) => table.failRange({ ...fail, problem: problems[i]! })),
    );
    expect(won.toSorted()).toEqual([false, true]);
    expect(await a.range('t', 'root')).toMatchObject({
      state: 'failed',
      problem: problems[won.indexOf(true)],
    });
    expect(await a.advance(advanceOver('t', { seq: 0, from: '', to: 'm' }))).toBe(false);
  });
}

function describeSegments(handles: Handles): void {
  it('keeps a slice once, however often it comes, and answers all slices of the segments named', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const [one, two, three] = [sliceOf(0, 3), sliceOf(3, 5), sliceOf(0, 5)];
    const add = (table: Table, ...slices: (typeof one)[]) =>
      table.addSlices({
        taskId: 't',
        slices: slices.map((slice) => ({ segmentId: 's', slice })),
        nowMs: 2_000,
      });
    await Promise.all([add(a, one, two), add(b, two, one), add(a, one, one)]);
    const answer = await b.addSlices({
      taskId: 't',
      slices: [one, three].map((slice, i) => ({ segmentId: i === 0 ? 's' : 'other', slice })),
      nowMs: 3_000,
    });
    expect(new Map([...answer].map(([id, slices]) => [id, slices.map((slice) => slice.name)]))).toEqual(
      new Map([
        ['s', [one.name, two.name]],
        ['other', [three.name]],
      ]),
    );
    expect(answer.get('s')).toEqual([one, two]);
  });

  it('answers the two halves of a path to whichever reporter comes second', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const halves = [sliceOf(0, 3), sliceOf(3, 5)];
    const answers = await Promise.all(
      [a, b].map((table, i) =>
        table.addSlices({ taskId: 't', slices: [{ segmentId: 's', slice: halves[i]! }], nowMs: 2_000 }),
      ),
    );
    expect(Math.max(...answers.map((answer) => answer.get('s')!.length))).toBe(2);
  });

  it('moves a segment when a new slice comes, and only then', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const steps = [
      advanceOver('t', { seq: 0, from: '', to: 'm' }),
      advanceOver('t', { seq: 1, from: 'm', to: 'n' }),
    ];
    const ids = steps.map((step) => step.segment!.segmentId);
    for (const step of steps) await a.advance(step);
    const old = ids.map((segmentId) => ({ segmentId, slice: sliceOf(0, 3) }));
    await a.addSlices({ taskId: 't', slices: old, nowMs: 3_000 });
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: ids, nowMs: 4_000 });
    await b.addSlices({
      taskId: 't',
      slices: [...old, { segmentId: ids[1]!, slice: sliceOf(3, 5) }],
      nowMs: 5_000,
    });
    expect(await a.segment('t', ids[0]!)).toMatchObject({ movedAtMs: 3_000, rings: 1, rungAtMs: 4_000 });
    expect(await a.segment('t', ids[1]!)).toMatchObject({ movedAtMs: 5_000, rings: 0, rungAtMs: 4_000 });
  });

  it('takes more slices at once than a statement has room for', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const slices = Array.from({ length: 450 }, (_, i) => ({
      segmentId: `s${i % 300}`,
      slice: sliceOf(i, i + 1),
    }));
    const answer = await a.addSlices({ taskId: 't', slices, nowMs: 2_000 });
    expect([...answer.values()].flat()).toHaveLength(450);
    expect(await b.addSlices({ taskId: 't', slices, nowMs: 2_500 })).toEqual(answer);
  });

  it('freezes a segment once: one path, one tally', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const step = advanceOver('t', { seq: 0, from: '', to: 'm' });
    await a.advance(step);
    const freezes = [1, 2, 3, 4].map((n) => ({
      ...{
        taskId: 't',
        segmentId: step.segment!.segmentId,
        path: [`p${n}`],
        tally: tallyWith({ copied: n }),
      },
      ...{ failures: {}, bytesCorrection: n * 10 },
    }));
    const won = await Promise.all(freezes.map((freeze, i) => (i % 2 === 0 ? a : b).freeze(freeze)));
    const n = won.indexOf(true) + 1;
    expect(won.filter((did) => did)).toHaveLength(1);
    expect(await b.segment('t', step.segment!.segmentId)).toMatchObject({
      done: true,
      path: [`p${n}`],
      failed: 0,
    });
    const listedBytes = step.segment!.bytes + n * 10;
    expect(await b.range('t', 'root')).toMatchObject({ segmentsDone: 1, tally: tallyWith({ copied: n }) });
    expect((await a.range('t', 'root'))?.listed.bytes).toBe(listedBytes);
    expect(await a.freeze({ ...freezes[0]!, segmentId: 'nowhere' })).toBe(false);
  });

  it('pages through the segments that have failed objects, in order of their ids', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    for (let seq = 0; seq < 12; seq++) {
      const step = advanceOver('t', { seq, from: seq === 0 ? '' : `k${seq - 1}`, to: `k${seq}` });
      await a.advance(step);
      const tally = tallyWith({ failed: seq % 2 });
      const { segmentId } = step.segment!;
      if (seq < 10)
        await a.freeze({ taskId: 't', segmentId, path: [], tally, failures: {}, bytesCorrection: 0 });
    }
    const seen: number[] = [];
    for (let after = ''; ;) {
      const page = await b.failedSegments('t', after, 2);
      expect(page.length).toBeLessThanOrEqual(2);
      seen.push(...page.map((segment) => segment.seq));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.segmentId;
    }
    expect(seen).toEqual([1, 3, 5, 7, 9]);
  });
}

function describeSilence(handles: Handles): void {
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
    const ids: string[] = [];
    for (let seq = 0; seq < 5; seq++) {
      const step = advanceOver('t', {
        seq,
        from: seq === 0 ? '' : `k${seq - 1}`,
        to: `k${seq}`,
        nowMs: 2_000 + seq,
      });
      await a.advance(step);
      ids.push(step.segment!.segmentId);
    }
    const silent = async (beforeMs: number, limit = 9) =>
      (await b.silentSegments('t', beforeMs, limit)).map((segment) => segment.seq);
    expect(await silent(2_003)).toEqual([0, 1, 2]);
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: [ids[0]!, ids[0]!, ids[3]!], nowMs: 3_000 });
    await a.addSlices({ taskId: 't', slices: [{ segmentId: ids[1]!, slice: sliceOf(0, 1) }], nowMs: 4_000 });
    const frozen = { taskId: 't', path: [], tally: tallyWith({}), failures: {}, bytesCorrection: 0 };
    await a.freeze({ ...frozen, segmentId: ids[2]! });
    expect(await silent(4_000)).toEqual([4, 0, 3]);
    expect(await silent(4_001)).toEqual([1, 4, 0, 3]);
    expect(await silent(4_001, 2)).toEqual([1, 4]);
    expect(await a.segment('t', ids[0]!)).toMatchObject({ rungAtMs: 3_000, rings: 1, movedAtMs: 2_000 });
  });

  it('rings more at once than a statement has room for', async () => {
    const [a] = handles();
    await a.createTask(newTask('t'));
    await a.advance(advanceOver('t', { seq: 0, from: '', to: 'm', unique: 'last' }));
    const others = Array.from({ length: 500 }, (_, i) => `root/x-${i}`);
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: [...others, 'root/0-last'], nowMs: 7_000 });
    expect(await a.segment('t', 'root/0-last')).toMatchObject({ rungAtMs: 7_000, rings: 1 });
  });
}
