/** What every table store must keep: two handles on one store, played against each other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Range, Table } from '../../lib/ports/table.ts';
import { type Handles, newTask } from './table-fixtures.ts';
import { describeEndings } from './table-endings.suite.ts';
import { describeKeys } from './table-keys.suite.ts';
import { describeRanges } from './table-ranges.suite.ts';
import { describeSegments } from './table-segments.suite.ts';
import { describeSilence } from './table-silence.suite.ts';
import { describeTotals } from './table-totals.suite.ts';

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
    describeEndings(() => [a, b]);
    describeTotals(() => [a, b]);
  });
}

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
      ...{ segments: 0, rungAtMs: 0, rings: 0, movedAtMs: 1_000 },
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
