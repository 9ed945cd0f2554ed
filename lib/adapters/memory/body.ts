/** What objects in memory consist of: bytes that are held, bytes that are described (`periodic.ts`), or pieces of both. */
import { createHash } from 'node:crypto';
import { combineCrc64, startCrc64 } from '../../core/crc64.ts';

/** Immutable. A body of any size costs no memory unless its bytes are asked for. */
export interface MemoryBody {
  readonly size: number;
  /** `[from, to)`, cut off where the body ends. */
  slice(from: number, to: number): MemoryBody;
  /** CRC-64/XZ of all bytes, in decimal. */
  crc64(): Promise<string>;
  /** 16 bytes that differ where the bytes do. */
  digest(): Buffer;
  /** Whether `digest` is the MD5. */
  readonly isHeld: boolean;
  chunks(): Iterable<Buffer>;
  /** What the two are together, where that is simpler than two pieces. */
  followedBy?(next: MemoryBody): MemoryBody | undefined;
}

const CHUNK_BYTES = 64 * 1024;

export class HeldBody implements MemoryBody {
  readonly isHeld = true;
  readonly #bytes: Buffer;
  #crc64: Promise<string> | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  slice(from: number, to: number): HeldBody {
    return new HeldBody(this.#bytes.subarray(from, to));
  }

  crc64(): Promise<string> {
    return (this.#crc64 ??= crc64Of(this.#bytes));
  }

  digest(): Buffer {
    return createHash('md5').update(this.#bytes).digest();
  }

  *chunks(): Generator<Buffer> {
    for (let at = 0; at < this.size; at += CHUNK_BYTES) yield this.#bytes.subarray(at, at + CHUNK_BYTES);
  }

  bytes(): Buffer {
    return this.#bytes;
  }
}

class JoinedBody implements MemoryBody {
  readonly isHeld = false;
  readonly size: number;
  readonly #pieces: readonly MemoryBody[];

  constructor(pieces: readonly MemoryBody[]) {
    this.#pieces = pieces;
    this.size = pieces.reduce((sum, { size }) => sum + size, 0);
  }

  slice(from: number, to: number): MemoryBody {
    let start = 0;
    const cut = this.#pieces.map((piece) => {
      const [first, last] = [Math.max(from - start, 0), Math.max(to - start, 0)];
      start += piece.size;
      return piece.slice(first, last);
    });
    return joined(cut.filter(({ size }) => size > 0));
  }

  async crc64(): Promise<string> {
    let whole = '0';
    for (const piece of this.#pieces) whole = combineCrc64(whole, await piece.crc64(), piece.size);
    return whole;
  }

  digest(): Buffer {
    const md5 = createHash('md5');
    for (const piece of this.#pieces) md5.update(piece.digest());
    return md5.digest();
  }

  *chunks(): Generator<Buffer> {
    for (const piece of this.#pieces) yield* piece.chunks();
  }
}

/** Bodies laid end to end: held where all of them are. */
export function joined(bodies: readonly MemoryBody[]): MemoryBody {
  if (bodies.every((body) => body instanceof HeldBody)) {
    return new HeldBody(Buffer.concat(bodies.map((body) => body.bytes())));
  }
  const pieces: MemoryBody[] = [];
  for (const body of bodies) {
    const together = pieces.at(-1)?.followedBy?.(body);
    if (together === undefined) pieces.push(body);
    else pieces[pieces.length - 1] = together;
  }
  const [only, ...more] = pieces;
  return only !== undefined && more.length === 0 ? only : new JoinedBody(pieces);
}

/** What fits into memory many times over. */
const BYTES_MAX = 256 * 1024 * 1024;

/** @throws RangeError where they are too many: their size and CRC-64 tell as much. */
export function bytesOf(body: MemoryBody): Buffer {
  if (body instanceof HeldBody) return body.bytes();
  if (body.size > BYTES_MAX) throw new RangeError(`a body of ${String(body.size)} bytes is not for memory`);
  return Buffer.concat([...body.chunks()]);
}

export async function crc64Of(bytes: Uint8Array): Promise<string> {
  const crc = await startCrc64();
  crc.update(bytes);
  return crc.digest();
}
