import { expect, it } from 'vitest';
import { sliceOf } from '../../lib/core/outcomes.ts';
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
