import { describe, expect, it } from 'vitest';
import { companyWanted, FORKING, partsPaid } from '../../lib/core/forking.ts';

const at = (ranges: number, rangesOpen: number, listed: number) =>
  companyWanted({ ranges, rangesOpen, listed }, FORKING);

describe('what splitting there is to do', () => {
  it('is to make as many parts of the only range as are listed at once', () => {
    expect(at(1, 1, 50_000)).toMatchObject({ parts: 64, partKeys: 20_000 });
    expect(at(1, 1, 50_000)?.chance).toBeGreaterThan(1);
  });

  it('is none where every listing has its range and an eighth more wait', () => {
    expect(at(72, 72, 1_000_000)).toBeUndefined();
    expect(at(500, 80, 1_000_000)).toBeUndefined();
  });

  it('is left to the longest ranges as long as nobody is idle', () => {
    expect(at(64, 64, 1_000_000)).toMatchObject({ parts: 2, partKeys: 80_000, chance: 8 / 64 });
  });

  it('makes smaller parts the more are idle, where the keys listed pay for them', () => {
    expect(at(100, 32, 9_000_000)?.partKeys).toBe(5_000);
    expect(at(100, 2, 9_000_000)?.partKeys).toBe(2_500);
    expect(at(450, 32, 9_000_000)?.partKeys).toBe(20_000);
  });
});

describe('what parts are paid with', () => {
  const paid = (keys: number, probesSpent: number, spareCalls = 0) =>
    partsPaid(keys, probesSpent, spareCalls, FORKING);

  it('is less than a tenth of the calls that list the keys, of which probes were spent already', () => {
    expect(paid(200_000, 0)).toBeLessThan(200 / 10 / 1.5);
    expect(paid(200_000, 10)).toBeLessThan(paid(200_000, 0));
    expect(paid(200_000, 1_000)).toBe(0);
  });

  it('is also what the task has not spent, divided among its open ranges', () => {
    const [two, one] = [at(100, 2, 9_000_000), at(100, 1, 9_000_000)];
    expect(two?.spareCalls).toBeGreaterThan(100);
    expect(one?.spareCalls).toBe(2 * (two?.spareCalls ?? 0));
    expect(at(400, 2, 1_000_000)?.spareCalls).toBe(0);
    expect(paid(10_000, 20, 30)).toBe(20);
  });
});
