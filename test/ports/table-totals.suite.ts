/** The report's numbers follow from the rows, in whatever order two processes write them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  addFailures,
  addTallies,
  type FailureSummary,
  NO_TALLY,
  SAMPLES_MAX,
} from '../../lib/core/slices.ts';
import type { Freeze, Segment, StoredParts, Table, TaskTotals } from '../../lib/ports/table.ts';
import { advanceOver, type Handles, newTask, rowOf, sliceOf, tallyWith } from './table-fixtures.ts';

const SEGMENTS = 4;
const PART_BYTES = [1, 10, 100, 1_000];

type Action =
  | { readonly kind: 'advance'; readonly seq: number; readonly count: number; readonly listed: boolean }
  | { readonly kind: 'slice'; readonly seq: number; readonly from: number }
  | { readonly kind: 'parts'; readonly seq: number; readonly names: readonly number[] }
  | {
      readonly kind: 'freeze';
      readonly seq: number;
      readonly copied: number;
      readonly failed: number;
      readonly correction: number;
    };

const seq = fc.nat({ max: SEGMENTS - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('advance'), seq, count: fc.nat({ max: 9 }), listed: fc.constant(false) }),
  fc.record({ kind: fc.constant('slice'), seq, from: fc.nat({ max: 3 }) }),
  fc.record({ kind: fc.constant('parts'), seq, names: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }) }),
  fc.record({
    ...{ kind: fc.constant('freeze'), seq, copied: fc.nat({ max: 9 }), failed: fc.nat({ max: 3 }) },
    correction: fc.integer({ min: -50, max: 50 }),
  }),
);
/** Rounds of actions: those of a round are under way at the same time, on alternating handles. */
const rounds = fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

export function describeTotals(handles: Handles): void {
  it('has totals of nothing for a task that is not there', async () => {
    const [a] = handles();
    const none = { ranges: 0, segments: 0, tally: NO_TALLY, failures: {}, movedAtMs: 0, deliveredMs: 0 };
    expect(await a.totals('nowhere')).toMatchObject(none);
    expect(await a.rangeTotals('nowhere')).toEqual({ ranges: 0, rangesOpen: 0, listed: 0 });
  });

  it('counts ranges by state and tells when anything last moved and was last delivered', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    expect(await b.totals('t')).toMatchObject({
      ranges: 1,
      rangesOpen: 1,
      rangesFailed: 0,
      movedAtMs: 1_000,
    });
    const step = advanceOver('t', { seq: 0, from: '', to: 'm', nowMs: 2_000 });
    const { segmentId } = step.segment;
    await a.advance(step);
    expect(await b.totals('t')).toMatchObject({ movedAtMs: 2_000, deliveredMs: 0 });
    await a.addSlices({ taskId: 't', slices: [{ segmentId, slice: sliceOf(0, 5) }], nowMs: 3_000 });
    await a.rang({ taskId: 't', rangeIds: [], segmentIds: [segmentId], nowMs: 2_500 });
    await a.freeze(freezeOf('t', segmentId, { copied: 5, failed: 0, correction: 0 }));
    await a.failRange({ taskId: 't', rangeId: 'root', problem: 'denied' });
    const totals = await b.totals('t');
    expect(totals).toMatchObject({ rangesOpen: 0, rangesFailed: 1, movedAtMs: 3_000, deliveredMs: 2_500 });
  });

  it('counts the bytes of stored parts once, of open segments alone', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const steps = [0, 1].map((n) => advanceOver('t', { seq: n, from: n === 0 ? '' : 'k0', to: `k${n}` }));
    for (const step of steps) await a.advance(step);
    const [first = '', second = ''] = steps.map(({ segment }) => segment.segmentId);
    const moving = (table: Table, parts: readonly StoredParts[], segmentIds = [first, second]) =>
      table.moving({ taskId: 't', segmentIds, parts, nowMs: 4_000 });
    const TiB = 1024 ** 4;
    await moving(a, [{ segmentId: first, name: 'x', bytes: 40 * TiB }]);
    await moving(b, [
      { segmentId: first, name: 'x', bytes: 1 },
      { segmentId: first, name: 'y', bytes: 2 },
      { segmentId: second, name: 'x', bytes: 4 },
      { segmentId: second, name: 'x', bytes: 4 },
    ]);
    await moving(b, [{ segmentId: first, name: 'z', bytes: 8 }], [second]);
    await moving(b, [{ segmentId: 'root/9-none', name: 'z', bytes: 16 }], ['root/9-none']);
    expect(await a.totals('t')).toMatchObject({ partBytes: 40 * TiB + 6 });
    await a.freeze(freezeOf('t', first, { copied: 1, failed: 0, correction: 0 }));
    expect(await b.totals('t')).toMatchObject({ partBytes: 4 });
    await moving(b, [{ segmentId: first, name: 'late', bytes: 32 }]);
    expect(await b.totals('t')).toMatchObject({ partBytes: 4 });
    expect(await b.totals('other')).toMatchObject({ partBytes: 0 });
  });

  it('keeps samples of a class, no more than SAMPLES_MAX, and counts all its objects', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const given: string[] = [];
    for (let n = 0; n < 4; n++) {
      const step = advanceOver('t', { seq: n, from: n === 0 ? '' : `k${n - 1}`, to: `k${n}` });
      await a.advance(step);
      const samples = [0, 1].map((i) => ({ key: `${n}${i}`, message: 'm' }));
      given.push(...samples.map(({ key }) => key));
      const failures = { NETWORK: { objects: 10, samples } };
      const { segmentId } = step.segment;
      await b.freeze({
        taskId: 't',
        segmentId,
        path: [],
        tally: tallyWith({}),
        failures,
        bytesCorrection: 0,
      });
    }
    const { failures } = await a.totals('t');
    expect(Object.keys(failures)).toEqual(['NETWORK']);
    expect(failures.NETWORK?.objects).toBe(40);
    const kept = new Set(failures.NETWORK?.samples.map((sample) => sample.key));
    expect(kept.size).toBe(SAMPLES_MAX);
    expect(given).toEqual(expect.arrayContaining([...kept]));
  });

  it('has totals equal to the sum of the rows, in every interleaving of two handles', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        const taskId = `p${run++}`;
        await handles()[0].createTask(newTask(taskId));
        const model = new Model(taskId);
        for (const round of plan)
          await Promise.all(round.map((one, i) => model.act(handles()[i % 2 === 0 ? 0 : 1], one)));
        const totals = await handles()[0].totals(taskId);
        expect(totals).toMatchObject(await model.expected(handles()[1]));
        const { ranges, rangesOpen, listed } = totals;
        expect(await handles()[1].rangeTotals(taskId)).toEqual({
          ranges,
          rangesOpen,
          listed: listed.objects,
        });
      }),
      { seed: 20_261_120, numRuns: 40 },
    );
  });
}

function freezeOf(
  taskId: string,
  segmentId: string,
  { copied, failed, correction }: { copied: number; failed: number; correction: number },
): Freeze {
  const failures: FailureSummary = failed === 0 ? {} : { NETWORK: { objects: failed, samples: [] } };
  return {
    taskId,
    segmentId,
    path: ['p'],
    tally: tallyWith({ copied, failed }),
    failures,
    bytesCorrection: correction,
  };
}

/** Notes what the table said that it did, and sums it up from the rows. */
class Model {
  readonly #taskId: string;
  readonly #won: Freeze[] = [];

  constructor(taskId: string) {
    this.#taskId = taskId;
  }

  #stepOf(seq: number, count: number) {
    return advanceOver(this.#taskId, { seq, from: seq === 0 ? '' : `k${seq - 1}`, to: `k${seq}`, count });
  }

  async act(table: Table, one: Action): Promise<void> {
    const { segmentId } = this.#stepOf(one.seq, 0).segment;
    const taskId = this.#taskId;
    switch (one.kind) {
      case 'advance':
        await table.advance(this.#stepOf(one.seq, one.count));
        return;
      case 'slice': {
        const slice = sliceOf(one.from, one.from + 1);
        const answer = await table.addSlices({ taskId, slices: [{ segmentId, slice }], nowMs: 3_000 });
        expect(answer.get(segmentId)).toContainEqual(slice);
        return;
      }
      case 'parts': {
        const parts = one.names.map((name) => ({
          segmentId,
          name: `p${name}`,
          bytes: PART_BYTES[name] ?? 0,
        }));
        await table.moving({ taskId, segmentIds: [segmentId], parts, nowMs: 3_000 });
        return;
      }
      case 'freeze': {
        const freeze = freezeOf(taskId, segmentId, one);
        if (await table.freeze(freeze)) this.#won.push(freeze);
      }
    }
  }

  async expected(table: Table): Promise<Partial<TaskTotals>> {
    const all = await Promise.all(
      Array.from({ length: SEGMENTS }, (_, n) =>
        rowOf(table, this.#taskId, this.#stepOf(n, 0).segment.segmentId),
      ),
    );
    const rows = all.filter((row): row is Segment => row !== undefined);
    const corrections = this.#won.reduce((sum, freeze) => sum + freeze.bytesCorrection, 0);
    expect(rows.filter((row) => row.done)).toHaveLength(this.#won.length);
    return {
      segments: rows.length,
      segmentsDone: this.#won.length,
      listed: {
        objects: rows.reduce((sum, row) => sum + row.count, 0),
        bytes: rows.reduce((sum, row) => sum + row.bytes, 0) + corrections,
      },
      tally: this.#won.reduce((sum, freeze) => addTallies(sum, freeze.tally), NO_TALLY),
      failures: this.#won.reduce<FailureSummary>((sum, freeze) => addFailures(sum, freeze.failures), {}),
    };
  }
}
