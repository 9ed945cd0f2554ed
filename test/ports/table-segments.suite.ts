/** Segments and their slices: each slice counts once, each segment is frozen once. */
import { expect, it } from 'vitest';
import type { Table } from '../../lib/ports/table.ts';
import { advanceOver, type Handles, newTask, rowOf, sliceOf, tallyWith } from './table-fixtures.ts';

export function describeSegments(handles: Handles): void {
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
    for (let seq = 0; seq < 10; seq++) {
      const step = advanceOver('t', { seq, from: seq === 0 ? '' : `k${seq - 1}`, to: `k${seq}` });
      await a.advance(step);
      const { segmentId } = step.segment;
      const half = (table: Table, from: number, to: number) =>
        table.addSlices({ taskId: 't', slices: [{ segmentId, slice: sliceOf(from, to) }], nowMs: 2_000 });
      const answers = await Promise.all([half(a, 0, 3), half(b, 3, 5)]);
      expect(Math.max(...answers.map((answer) => answer.get(segmentId)?.length ?? 0))).toBe(2);
    }
  });

  it('moves a segment when a new slice comes, and only then', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    await a.advance(advanceOver('t', { seq: 0, from: '', to: 'm' }));
    await a.advance(advanceOver('t', { seq: 1, from: 'm', to: 'n' }));
    const [first, second] = ['root/0-u', 'root/1-u'] as const;
    const old = [first, second].map((segmentId) => ({ segmentId, slice: sliceOf(0, 3) }));
    await a.addSlices({ taskId: 't', slices: old, nowMs: 3_000 });
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: [first, second], nowMs: 4_000 });
    const slices = [...old, { segmentId: second, slice: sliceOf(3, 5) }];
    await b.addSlices({ taskId: 't', slices, nowMs: 5_000 });
    expect(await rowOf(a, 't', first)).toMatchObject({ movedAtMs: 3_000, rings: 1, rungAtMs: 4_000 });
    expect(await rowOf(a, 't', second)).toMatchObject({ movedAtMs: 5_000, rings: 0, rungAtMs: 4_000 });
  });

  it('answers those of many segments that are there, each once', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const there: string[] = [];
    for (let seq = 0; seq < 5; seq++) {
      const step = advanceOver('t', { seq, from: seq === 0 ? '' : `k${seq - 1}`, to: `k${seq}` });
      await a.advance(step);
      there.push(step.segment.segmentId);
    }
    const strangers = Array.from({ length: 500 }, (_, i) => `root/${i}-stranger`);
    const found = await b.segments('t', [...strangers, ...there.slice(1), ...there.slice(2)]);
    expect(found.map(({ segmentId }) => segmentId).toSorted()).toEqual(there.slice(1));
    expect(await b.segments('t', [])).toEqual([]);
    expect(await b.segments('other', there)).toEqual([]);
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
    const { segmentId, bytes } = step.segment;
    const freezeAs = (n: number) => ({
      ...{ taskId: 't', segmentId, path: [`p${n}`], tally: tallyWith({ copied: n }) },
      ...{ failures: {}, bytesCorrection: n * 10 },
    });
    const won = await Promise.all([1, 2, 3, 4].map((n) => (n % 2 === 0 ? a : b).freeze(freezeAs(n))));
    const n = won.indexOf(true) + 1;
    expect(won.filter((did) => did)).toHaveLength(1);
    expect(await rowOf(b, 't', segmentId)).toMatchObject({ done: true, path: [`p${n}`], failed: 0 });
    expect(await b.totals('t')).toMatchObject({
      ...{ segmentsDone: 1, tally: tallyWith({ copied: n }), listed: { objects: 5, bytes: bytes + n * 10 } },
    });
    expect(await a.freeze({ ...freezeAs(1), segmentId: 'nowhere' })).toBe(false);
  });

  it('pages through the segments that have failed objects, in order of their ids', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    for (let seq = 0; seq < 12; seq++) {
      const step = advanceOver('t', { seq, from: seq === 0 ? '' : `k${seq - 1}`, to: `k${seq}` });
      await a.advance(step);
      const tally = tallyWith({ failed: seq % 2 });
      const { segmentId } = step.segment;
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
