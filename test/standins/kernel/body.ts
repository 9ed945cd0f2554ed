/** Where the bytes of stored objects are: in memory, in a file, or made up as they are read. */
import { open } from 'node:fs/promises';
import { mix } from './mix.ts';
import type { Body } from './object.ts';

const CHUNK_BYTES = 256 * 1024;
const BLOCK_BYTES = 64 * 1024;
const TABLE_BYTES = 4 * 1024 * 1024;
const STAMP_BYTES = 16;

export function memoryBody(bytes: Buffer): Body {
  return {
    size: bytes.length,
    *read(from, to) {
      if (to - from <= CHUNK_BYTES) yield bytes.subarray(from, to);
      else
        for (let at = from; at < to; at += CHUNK_BYTES)
          yield bytes.subarray(at, Math.min(at + CHUNK_BYTES, to));
    },
  };
}

/** The first `size` bytes of a file, opened anew for each read. A file that is shorter is an error. */
export function fileBody(path: string, size: number): Body {
  return {
    size,
    async *read(from, to) {
      const file = await open(path, 'r');
      try {
        for (let at = from; at < to;) {
          const wanted = Math.min(CHUNK_BYTES, to - at);
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
          if (bytesRead === 0) throw new Error(`${path} ends at byte ${String(at)}, not at ${String(size)}`);
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    },
  };
}

/** A body that was received and counted, but not kept: reading it is an error. */
export function discardedBody(size: number): Body {
  return {
    size,
    read() {
      throw new Error('the bytes of this object were discarded (bucket option discardBodies)');
    },
  };
}

/**
 * Pseudo-random bytes, the same for the same seed and size whatever range is read. Each 64 KiB block is a
 * window of one random table, stamped with a hash of seed and block number, so that a block in the wrong
 * place differs.
 */
export function generatedBody(seed: number, size: number): Body {
  return {
    size,
    *read(from, to) {
      for (let at = from; at < to;) {
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES - (at % CHUNK_BYTES), to - at));
        fill(chunk, { seed, at });
        at += chunk.length;
        yield chunk;
      }
    },
  };
}

function fill(chunk: Buffer, { seed, at }: { seed: number; at: number }): void {
  const table = randomTable();
  for (let done = 0; done < chunk.length;) {
    const block = Math.floor((at + done) / BLOCK_BYTES);
    const inBlock = (at + done) % BLOCK_BYTES;
    const length = Math.min(BLOCK_BYTES - inBlock, chunk.length - done);
    const window = mix(seed, block) % TABLE_BYTES;
    table.copy(chunk, done, window + inBlock, window + inBlock + length);
    if (inBlock < STAMP_BYTES)
      stamp(seed, block).copy(chunk, done, inBlock, Math.min(STAMP_BYTES, inBlock + length));
    done += length;
  }
}

function stamp(seed: number, block: number): Buffer {
  const bytes = Buffer.alloc(STAMP_BYTES);
  for (let word = 0; word < STAMP_BYTES / 4; word += 1)
    bytes.writeUInt32LE(mix(seed ^ mix(word, 1), block), word * 4);
  return bytes;
}

let tableMade: Buffer | undefined;

function randomTable(): Buffer {
  if (tableMade) return tableMade;
  const table = Buffer.alloc(TABLE_BYTES + BLOCK_BYTES);
  for (let word = 0; word < table.length / 4; word += 1)
    table.writeUInt32LE(mix(0x6f73_7332, word), word * 4);
  return (tableMade = table);
}
