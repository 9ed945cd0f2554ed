/** A bucket of objects of every kind that takes memory to copy, each kind together, so that all lanes meet it at once. */
import { KiB, MiB } from '../../../lib/core/bytes.ts';
import { COS_KEY_BYTES, longKey } from './hostile.ts';

/** So many objects of so many bytes; what follows is empty, or of 4 KiB. */
const KINDS: readonly (readonly [objects: number, bytes: number])[] = [
  [256, 256 * KiB], // the largest that are read whole
  [128, 1 * MiB],
  [64, 60 * MiB],
  [4, 300 * MiB],
];
/** User metadata up to what COS takes: 2 KB. */
const METADATA = Array.from({ length: 7 }, (_, n) => `x-oss-meta-field-${String(n)}: ${'v'.repeat(250)}`);

export function mixedShape(count: number) {
  const { length } = 'object-000000000';
  return {
    count,
    bytesAt,
    keyAt: (index: number) =>
      `object-${String(index).padStart(9, '0')}${longKey(index, COS_KEY_BYTES - length)}`,
    metadata: METADATA,
  };
}

function bytesAt(index: number): number {
  let from = 0;
  for (const [objects, bytes] of KINDS) {
    from += objects;
    if (index < from) return bytes;
  }
  return index % 2 === 0 ? 0 : 4 * KiB;
}
