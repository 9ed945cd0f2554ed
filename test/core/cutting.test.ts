/** Cutting listings into segments and objects into parts: nothing between two pieces, nothing twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COS_PARTS, OBJECT_BYTES_MAX, PART_BYTES, planParts } from '../../lib/core/parts.ts';
import { cutSegments, SEGMENT_LIMITS } from '../../lib/core/segments.ts';

const entries = fc
  .array(fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }), { maxLength: 40 })
  .map((sizes) => sizes.map((size, i) => ({ key: `k${String(i).padStart(3, '0')}`, size })));

describe('segments', () => {
  const limits = { entriesMax: 5, bytesMax: 50 };

  it('hold every entry once and in order', () => {
    fc.assert(
      fc.property(entries, (all) => {
        expect(cutSegments(all, limits).flatMap((cut) => [...cut.entries])).toEqual(all);
      }),
    );
  });

  it('keep the limits, unless one object alone is larger', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 30 }), (all, bytesMax) => {
        for (const cut of cutSegments(all, { entriesMax: 5, bytesMax })) {
          expect(cut.entries.length).toBeGreaterThan(0);
          expect(cut.entries.length).toBeLessThanOrEqual(5);
          expect(cut.bytes).toBe(cut.entries.reduce((sum, { size }) => sum + (size ?? 0), 0));
          expect(cut.entries.length === 1 || cut.bytes <= bytesMax).toBe(true);
        }
      }),
    );
  });

  it('are full before the next one begins', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const cuts = cutSegments(all, limits);
        cuts.slice(1).forEach((cut, i) => {
          const before = cuts[i]!;
          const isFull = before.entries.length === limits.entriesMax;
          expect(isFull || before.bytes + (cut.entries[0]?.size ?? 0) > limits.bytesMax).toBe(true);
        });
      }),
    );
  });

  it('are of a page and of 4 GiB where nothing else is said', () => {
    expect(SEGMENT_LIMITS).toEqual({ entriesMax: 1_000, bytesMax: 4 * 1024 ** 3 });
    expect(cutSegments([])).toEqual([]);
  });
});

describe('parts', () => {
  const sizes = fc.oneof(
    fc.integer({ min: 1, max: 3 * PART_BYTES }),
    fc.integer({ min: 1, max: OBJECT_BYTES_MAX }),
    fc.constantFrom(
      PART_BYTES,
      PART_BYTES + 1,
      10_000 * PART_BYTES,
      10_000 * PART_BYTES + 1,
      OBJECT_BYTES_MAX,
    ),
  );

  it('tile the object, within what COS takes', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const parts = planParts(size);
        expect(parts.length).toBeLessThanOrEqual(COS_PARTS.partCountMax);
        let at = 0;
        let isTiled = true;
        for (const [i, part] of parts.entries()) {
          const bytes = part.to - part.from;
          const isWithin = bytes <= COS_PARTS.partBytesMax && (bytes >= PART_BYTES || i === parts.length - 1);
          isTiled &&= part.partNumber === i + 1 && part.from === at && bytes > 0 && isWithin;
          at = part.to;
        }
        expect([isTiled, at]).toEqual([true, size]);
      }),
      { numRuns: 60 },
    );
  });

  it('of the largest object are 10,000 of 5 GiB', () => {
    const parts = planParts(OBJECT_BYTES_MAX);
    expect(parts).toHaveLength(10_000);
    expect(parts[0]).toEqual({ partNumber: 1, from: 0, to: 5 * 1024 ** 3 });
  });
});
