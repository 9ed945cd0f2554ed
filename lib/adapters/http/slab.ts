/** Buffers of small bodies, cut from larger ones: an allocation of its own for each costs more than its bytes. */

const SLAB_BYTES = 1024 * 1024;
/** A slab lives as long as any piece of it: larger bodies get memory of their own. */
const PIECE_BYTES_MAX = 128 * 1024;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;

/** Uninitialised, and nobody else's. */
export function allocate(bytes: number): Buffer {
  if (bytes > PIECE_BYTES_MAX) return Buffer.allocUnsafeSlow(bytes);
  if (used + bytes > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  const from = used;
  used += bytes;
  return slab.subarray(from, used);
}
