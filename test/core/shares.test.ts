import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Claim,
  type Claims,
  distanceOf,
  equalShares,
  floorOf,
  grownTo,
  nextShares,
  SHARING,
  wantedOfBoth,
  wantedShares,
} from '../../lib/core/shares.ts';

const TINY = 1e-6;
const claim: fc.Arbitrary<Claim> = fc.record({
  part: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1.5, noNaN: true })),
  isHeld: fc.boolean(),
});
/** Partitions, and what some of them claim. */
const situation = fc
  .integer({ min: 1, max: 40 })
  .chain((partitions) =>
    fc
      .array(fc.option(claim, { nil: undefined }), { minLength: partitions, maxLength: partitions })
      .map((all) => ({ partitions, claims: claimsOf(all) })),
  );

function claimsOf(all: readonly (Claim | undefined)[]): Claims {
  return new Map(all.flatMap((one, at) => (one === undefined ? [] : [[at, one]])));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

describe('the shares that are wanted', () => {
  it('are all of a limit and never more, and nobody has less than the floor', () => {
    fc.assert(
      fc.property(situation, ({ partitions, claims }) => {
        const wanted = wantedShares(claims, partitions);
        expect(sum(wanted)).toBeLessThanOrEqual(1);
        expect(sum(wanted)).toBeGreaterThan(1 - partitions * TINY);
        for (const share of wanted) expect(share).toBeGreaterThan(floorOf(partitions) - TINY);
      }),
    );
  });

  it('do not depend on who is named first', () => {
    fc.assert(
      fc.property(situation, ({ partitions, claims }) => {
        const backwards = new Map([...claims].toReversed());
        expect(wantedShares(backwards, partitions)).toEqual(wantedShares(claims, partitions));
      }),
    );
  });

  it('let whoever was held back grow, or give it as much as anybody has', () => {
    fc.assert(
      fc.property(situation, ({ partitions, claims }) => {
        const wanted = wantedShares(claims, partitions);
        for (const [at, { part, isHeld }] of claims) {
          if (!isHeld) continue;
          const enough = Math.min(part * SHARING.growth, Math.max(...wanted));
          expect(wanted[at]).toBeGreaterThan(enough - TINY);
        }
      }),
    );
  });

  it('give who was not held back what it used and a little more', () => {
    const claims = claimsOf([
      { part: 0.2, isHeld: false },
      { part: 0.25, isHeld: true },
      undefined,
      undefined,
    ]);
    const [free = 0, held = 0, ...silent] = wantedShares(claims, 4);
    expect(free).toBeCloseTo(0.2 * SHARING.headroom, 5);
    expect(silent).toEqual([0.025, 0.025]);
    expect(held).toBeCloseTo(1 - free - 0.05, 5);
  });

  it('of one limit grow with what the other lets grow', () => {
    const isHeld = { part: 0.1, isHeld: true };
    const uses = { part: 0.2, isHeld: false };
    const both = { bytes: claimsOf([isHeld, undefined]), requests: claimsOf([uses, isHeld]) };
    const { bytes, requests } = wantedOfBoth(both, 2);
    expect(bytes[0]).toBeGreaterThan(0.4);
    expect(requests[0]).toBeGreaterThan(0.49);
    expect(wantedOfBoth({ ...both, bytes: claimsOf([uses, undefined]) }, 2).requests[0]).toBeLessThan(0.45);
  });
});

describe('a step towards them', () => {
  it('never lets old and new shares side by side exceed the limit, however many steps are made', () => {
    fc.assert(
      fc.property(fc.array(situation, { minLength: 1, maxLength: 6 }), (situations) => {
        const partitions = situations[0]?.partitions ?? 1;
        let shares = equalShares(partitions);
        for (const { claims } of situations) {
          const next = nextShares(shares, wantedShares(claims, partitions), claims);
          expect(sum(next.map((share, at) => Math.max(share, shares[at] ?? 0)))).toBeLessThanOrEqual(
            1 + TINY,
          );
          shares = next;
        }
      }),
    );
  });

  it('arrives where the claims stay as they are', () => {
    fc.assert(
      fc.property(situation, ({ partitions, claims }) => {
        const wanted = wantedShares(claims, partitions);
        let shares = equalShares(partitions);
        for (let step = 0; step < 50; step++) shares = nextShares(shares, wanted, claims);
        expect(distanceOf(shares, wanted)).toBeLessThan(0.01);
      }),
    );
  });

  it('takes little at a time from those who use it, and at once what nobody uses', () => {
    const held = { part: 0.9, isHeld: true };
    const [a = 0, b = 0] = nextShares([0.9, 0.1], [0.5, 0.5], claimsOf([held, held]));
    expect(a).toBeCloseTo(0.9 - SHARING.movedMax, 6);
    expect(b).toBeCloseTo(0.1, 6);
    expect(nextShares([0.9, 0.1], [0.05, 0.95], claimsOf([undefined, held]))[0]).toBeCloseTo(0.05, 6);
  });

  it('knows partitions that were added since by their floor', () => {
    expect(grownTo(4, [0.6, 0.4])).toEqual([0.6, 0.4, 0.05, 0.05]);
    expect(grownTo(1, [0.6, 0.4])).toEqual([0.6, 0.4]);
  });
});
