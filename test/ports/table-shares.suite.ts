/** How limits are divided: the last use of each partition is kept, and one reporter makes each step. */
import { expect, it } from 'vitest';
import { type Division, NO_DIVISION, type PartitionUse } from '../../lib/ports/table.ts';
import { type Handles, newTask } from './table-fixtures.ts';

function useOf(partition: number, unique: string): PartitionUse {
  const bytes = { part: 0.25, isHeld: partition % 2 === 0 };
  return { partition, unique, partitionsAll: 300, bytes };
}

function divisionAt(step: number, share: number): Division {
  const shares = { requests: [share, 0.5], bytes: [0.1234567, 0.5] };
  return { step, shares, bound: { ...shares, bytes: [1, 0] }, isWritten: step % 2 === 0 };
}

export function describeShares(handles: Handles): void {
  it('keeps the last use of each partition, of each task its own', async () => {
    const [a, b] = handles();
    for (const taskId of ['t', 'u']) await a.createTask(newTask(taskId));
    expect(await b.uses('t')).toEqual([]);
    const first = Array.from({ length: 260 }, (_, partition) => useOf(partition, 'first'));
    await a.noteUses({ taskId: 't', uses: first.toReversed() });
    await b.noteUses({ taskId: 't', uses: [useOf(11, 'second'), useOf(2, 'second')] });
    await b.noteUses({ taskId: 'u', uses: [useOf(0, 'other')] });
    await a.noteUses({ taskId: 'u', uses: [] });
    const last = first.map((use) => ([2, 11].includes(use.partition) ? useOf(use.partition, 'second') : use));
    expect(await a.uses('t')).toEqual(last);
    expect(await a.uses('u')).toEqual([useOf(0, 'other')]);
  });

  it('takes uses of the same partitions from several at once', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    const uses = (unique: string) => [0, 1, 2, 3].map((partition) => useOf(partition, unique));
    const all = ['x', 'y', 'z', 'w'].map((unique, at) =>
      (at % 2 === 0 ? a : b).noteUses({ taskId: 't', uses: uses(unique) }),
    );
    await Promise.all(all);
    expect((await a.uses('t')).map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
  });

  it('lets one of two reporters make a step, and tells the other that it did not', async () => {
    const [a, b] = handles();
    await a.createTask(newTask('t'));
    expect(await a.division('t')).toEqual(NO_DIVISION);
    for (const step of [1, 2, 3]) {
      const won = await Promise.all(
        [a, b, a].map((table, i) => table.moveDivision({ taskId: 't', division: divisionAt(step, i) })),
      );
      expect(won.filter((did) => did)).toHaveLength(1);
      expect(await b.division('t')).toEqual(divisionAt(step, won.indexOf(true)));
    }
    expect(await b.moveDivision({ taskId: 't', division: divisionAt(5, 0) })).toBe(false);
    expect(await b.moveDivision({ taskId: 't', division: divisionAt(1, 0) })).toBe(false);
    expect(await a.division('other')).toEqual(NO_DIVISION);
  });
}
