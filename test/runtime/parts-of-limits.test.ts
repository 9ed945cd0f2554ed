import { describe, expect, it } from 'vitest';
import { floorOf, SHARING } from '../../lib/core/shares.ts';
import { ShareWatch } from '../../lib/app/share-watch.ts';
import { copyingPart, HeldByInvocation, planningPart } from '../../lib/runtime/parts-of-limits.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seededDice } from '../support/seeded-dice.ts';

describe('planning and copying', () => {
  it('together ask for no more than the limit', () => {
    const partitions = [0, 1, 2, 3, 4, 5, 6, 7];
    const planning = planningPart({ partitions, all: 8 }).requests;
    expect(planning).toBeCloseTo(SHARING.planning, 9);
    expect(planning + copyingPart({ requests: 1, bytes: 1 }).requests).toBeCloseTo(1, 9);
    expect(copyingPart({ requests: 1, bytes: 1 }).bytes).toBe(1);
  });

  it('gives each planner as much as it has partitions', () => {
    expect(planningPart({ partitions: [3], all: 8 }).requests).toBeCloseTo(SHARING.planning / 8, 9);
    expect(planningPart({ partitions: [], all: 0 }).requests).toBe(0);
  });
});

describe('an invocation', () => {
  const part = (held: HeldByInvocation) =>
    new ShareWatch({ clock: new FakeClock(0), dice: seededDice(1) }).partOf(held.now);

  it('has what its event says, and the floor where it does not say', () => {
    const held = new HeldByInvocation(4);
    expect(held.now.partitions).toHaveLength(1);
    expect(part(held).requests).toBe(floorOf(4));
    held.take([1, 2]);
    expect(held.now).toEqual({ partitions: [1, 2], all: 4 });
    expect(part(held).requests).toBe(2 * floorOf(4));
    held.take([]);
    expect(part(held).requests).toBe(floorOf(4));
  });
});
