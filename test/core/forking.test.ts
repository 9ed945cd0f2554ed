import { describe, expect, it } from 'vitest';
import { companyWanted, FORKING } from '../../lib/core/forking.ts';

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
