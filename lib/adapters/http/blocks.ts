/** The memory that streams pass through: recycled, for fresh memory costs more than all else that happens to a byte. */

const BLOCK_BYTES = 128 * 1024;
/** 8 MiB: what a few dozen streams use at a time. */
const FREE_MAX = 64;

const free: Buffer[] = [];

/** Uninitialised, and nobody else's until it is given back. */
export function takeBlock(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
}

/** Only what nobody reads or writes any more; a block that is not given back is lost to the pool, no more. */
export function giveBlock(block: Buffer): void {
  if (free.length < FREE_MAX) free.push(block);
}
