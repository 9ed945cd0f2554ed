/** The model of scale: its edges, its page, and prices that are the same everywhere. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRICES } from '../../scripts/model/costs.ts';
import { DEFAULT_SCALE, predict } from '../../scripts/model/model.ts';
import { renderPrediction } from '../../scripts/model/table.ts';

const scales = fc.record({
  objects: fc.integer({ min: 1, max: 1e9 }),
  bytes: fc.integer({ min: 0, max: 1e15 }),
  partitions: fc.integer({ min: 1, max: 1_000 }),
});

describe('the model', () => {
  it('never predicts less for more', () => {
    fc.assert(
      fc.property(scales, (scale) => {
        const one = predict({ ...DEFAULT_SCALE, ...scale });
        const two = predict({
          ...DEFAULT_SCALE,
          ...scale,
          objects: scale.objects * 2,
          bytes: scale.bytes * 2,
        });
        expect(two.seconds.all).toBeGreaterThanOrEqual(one.seconds.all);
        expect(two.price.all).toBeGreaterThan(one.price.all);
        expect(two.statements).toBeGreaterThanOrEqual(one.statements);
      }),
    );
  });

  it('names what holds one copy function', () => {
    const boundOf = (changes: object) => predict({ ...DEFAULT_SCALE, ...changes }).bound;
    expect(boundOf({ objects: 1e6, bytes: 1e6 })).toBe('latency');
    expect(boundOf({ objects: 1e3, bytes: 1e12 })).toBe('bandwidth');
    expect(boundOf({ objects: 1e6, bytes: 1e6, latencyMs: 1, cpuShare: 0.1 })).toBe('cpu');
  });

  it('keeps orchestration of a billion objects under 0.05 dollars a million', () => {
    expect(predict(DEFAULT_SCALE).price.orchestrationPerMillion).toBeLessThan(0.05);
  });

  it('has the prices of the deployment page', async () => {
    const page = await readFile('docs/deploy.md', 'utf8');
    for (const [name, price] of Object.entries(PRICES)) {
      const row = new RegExp(`^\\| \`${name.replace(/Usd$/, '')}\` +\\| ([\\d.]+) +\\| (CNY|USD)`, 'm').exec(
        page,
      );
      expect(row, name).not.toBeNull();
      expect(Number(row?.[1])).toBe(price);
      if (name !== 'usd') expect(row?.[2]).toBe(name.endsWith('Usd') ? 'USD' : 'CNY');
    }
  });

  it('is what its page shows', async () => {
    const page = await readFile('docs/scale.md', 'utf8');
    const shown = /<!-- begin model -->\s+```\n([\s\S]*?)```/.exec(page)?.[1];
    expect(shown).toBe(renderPrediction(DEFAULT_SCALE, predict(DEFAULT_SCALE)));
  });
});
