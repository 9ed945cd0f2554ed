/** Bodies of terabytes: one random block, repeated. Reading copies nothing, and checksums need no reading. */
import { createCipheriv, createHash } from 'node:crypto';
import type { Crc64 } from './crc64.ts';
import { crc64Combine } from './crc64-combine.ts';
import type { Body } from './object.ts';

/** A prime, so that two ranges of one length and a distance of whole MiB never hold the same bytes. */
const PERIOD_BYTES = 1_048_573;
const CHUNK_BYTES = 256 * 1024;

/** The same bytes for the same seed, whatever the size; `sums` tells what reading the whole would. */
export function periodicBody(seed: number, size: number): Body {
  const key = createHash('md5')
    .update(`periodic ${String(seed)}`)
    .digest();
  const block = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(PERIOD_BYTES));
  return {
    size,
    *read(from, to) {
      for (let at = from; at < to;) {
        const phase = at % PERIOD_BYTES;
        const chunk = block.subarray(phase, phase + Math.min(CHUNK_BYTES, to - at));
        at += chunk.length;
        yield chunk;
      }
    },
    sums: (crc64) => ({
      crc64: periodicCrc64(block, size, crc64),
      md5: createHash('md5')
        .update(`periodic ${String(seed)} ${String(size)}`)
        .digest(),
    }),
  };
}

/** Of the blocks that fit by doubling, then of what is left. */
function periodicCrc64(block: Buffer, size: number, crc64: Crc64): string {
  const repeated = (count: number): string => {
    if (count === 0) return '0';
    const half = Math.floor(count / 2);
    const once = repeated(half);
    const even = crc64Combine(once, once, half * PERIOD_BYTES);
    return count % 2 === 0 ? even : crc64Combine(even, crc64.of(block), PERIOD_BYTES);
  };
  const rest = size % PERIOD_BYTES;
  return crc64Combine(repeated(Math.floor(size / PERIOD_BYTES)), crc64.of(block.subarray(0, rest)), rest);
}
