/** Fault rules: which requests they hit, how often, and that the dice can be rolled again. */
import { describe, expect, it } from 'vitest';
import { Faults } from './kernel/faults.ts';

describe('fault rules', () => {
  const subject = { method: 'GET', action: 'GetObject', bucket: 'photos', key: 'a/1' };
  const fault = { kind: 'reset' } as const;

  it.each([
    [{}, true],
    [{ method: 'PUT' }, false],
    [{ action: 'GetObject', bucket: 'photos', key: 'a/1' }, true],
    [{ bucket: 'other' }, false],
    [{ key: 'a' }, false],
    [{ key: /^a/g }, true],
  ])('match by what they name: %o %s', (when, hit) => {
    const faults = new Faults();
    faults.add({ when, fault });
    expect([faults.take(subject), faults.take(subject)]).toEqual(
      hit ? [fault, fault] : [undefined, undefined],
    );
  });

  it('fire at the nth match, so many times, and not when removed', () => {
    const faults = new Faults();
    const second = faults.add({ when: { nth: 2 }, fault });
    const always = faults.add({ times: 2, fault: { kind: 'resetAfter' } });
    const taken = [1, 2, 3, 4].map(() => faults.take(subject)?.kind);
    expect(taken).toEqual(['resetAfter', 'reset', 'resetAfter', undefined]);
    expect([second.fired, always.fired]).toEqual([1, 2]);
    faults.add({ fault }).remove();
    expect(faults.take(subject)).toBeUndefined();
  });

  it('roll the same dice for the same seed', () => {
    const rolls = (seed: number) => {
      const faults = new Faults(seed);
      faults.add({ when: { probability: 0.3 }, fault });
      return Array.from({ length: 1000 }, () => faults.take(subject) !== undefined);
    };
    expect(rolls(5)).toEqual(rolls(5));
    expect(rolls(5)).not.toEqual(rolls(6));
    expect(rolls(5).filter(Boolean).length).toBeGreaterThan(250);
    expect(rolls(5).filter(Boolean).length).toBeLessThan(350);
  });
});
