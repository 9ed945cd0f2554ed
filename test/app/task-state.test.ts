import { expect, it } from 'vitest';
import { sliceOf } from '../../lib/core/outcomes.ts';
import { renderEntries } from '../../lib/core/manifest.ts';
import { TaskState } from '../../lib/app/task-state.ts';
import { CALM, openWorkshop } from '../support/workshop.ts';

it.each([{ from: 1 }, { to: 3 }, { name: '0-2-v.json' }])(
  'a result that says %o, and not what its name says, is refused',
  async (change) => {
    const { state } = openWorkshop();
    const entries = [{ key: 'a' }, { key: 'b' }];
    const outcomes = [{ kind: 'skipped', bytes: 1 } as const, { kind: 'skipped', bytes: 1 } as const];
    const slice = sliceOf({ from: 0, unique: 'u', entries, outcomes });
    await state.writeSlice('r/0', slice, CALM);
    expect(await state.readSlice('r/0', slice.name, CALM)).toEqual(slice);
    const key = `${state.location.prefix}results/r/0/${slice.name}`;
    const changed = JSON.stringify({ ...slice, ...change });
    await state.store.put(key, changed, { contentType: 'application/json' }, CALM);
    await expect(state.readSlice('r/0', slice.name, CALM)).rejects.toThrow(
      /is not a result as it was written/,
    );
  },
);

it('what was garbled on its way is read again, once; what stays garbled is refused, and what is gone is missed', async () => {
  const { state, objects } = openWorkshop();
  const outcomes = [{ kind: 'skipped', bytes: 1 } as const];
  const slice = sliceOf({ from: 0, unique: 'u', entries: [{ key: 'a' }], outcomes });
  const segmentId = await state.writeManifest(
    { rangeId: 'r', seq: 0, unique: 'u' },
    renderEntries([{ key: 'a' }]),
    CALM,
  );
  await state.writeSlice(segmentId, slice, CALM);
  const readAfter = (garbledReads: number) => {
    let left = garbledReads;
    const store = Object.assign(Object.create(objects) as typeof objects, {
      get: async (key: string) => {
        const body = await objects.get(key, CALM);
        return left-- > 0 ? body?.subarray(0, 5) : body;
      },
    });
    return new TaskState(store, state.location);
  };
  expect(await readAfter(1).readSlice(segmentId, slice.name, CALM)).toEqual(slice);
  expect(await readAfter(1).readManifest(segmentId, 1, CALM)).toEqual([{ key: 'a' }]);
  await expect(readAfter(2).readSlice(segmentId, slice.name, CALM)).rejects.toThrow(/is not JSON/);
  await expect(readAfter(2).readManifest(segmentId, 1, CALM)).rejects.toThrow(/was changed after/);
  await expect(state.readSlice(segmentId, '0-1-v.json', CALM)).rejects.toThrow(/is missing/);
});
