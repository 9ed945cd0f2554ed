/** A response body on its way from the socket to a consumer that sets the pace. */
import { giveBlock, takeBlock } from './blocks.ts';
import type { BodyStream } from './types.ts';

/** More than this waiting, and the socket is not read. */
const QUEUED_BYTES_MAX = 256 * 1024;
/** A block with less room left is not offered to the socket: small reads cost as much as large ones. */
const ROOM_BYTES_MIN = 16 * 1024;

export interface ChunkSource {
  /** The queue has room again. */
  resume(): void;
  /** The consumer wants no more. */
  drop(): void;
}

/** Its bytes `[taken, filled)` wait for the consumer. */
interface Filling {
  readonly memory: Buffer;
  filled: number;
  taken: number;
}

export class ChunkQueue implements BodyStream {
  readonly #source: ChunkSource;
  /** The socket fills the last one, the consumer empties the first. */
  #blocks: Filling[] = [];
  #queuedBytes = 0;
  #end: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;

  constructor(source: ChunkSource) {
    this.#source = source;
  }

  get full(): boolean {
    return this.#queuedBytes >= QUEUED_BYTES_MAX;
  }

  /** The place for the next bytes, so that the socket can write there itself. */
  room(): Buffer {
    const { memory, filled } = this.#lastWithRoom();
    return memory.subarray(filled);
  }

  /** Takes bytes that lie in `room()` already, or will be overwritten. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const last = this.#lastWithRoom();
      const { memory, filled } = last;
      const inPlace = chunk.buffer === memory.buffer && chunk.byteOffset + at === memory.byteOffset + filled;
      const count = Math.min(chunk.length - at, memory.length - filled);
      if (!inPlace) chunk.copy(memory, filled, at, at + count);
      last.filled += count;
      at += count;
    }
    this.#queuedBytes += chunk.length;
    this.#wake?.();
  }

  end(error?: Error): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake?.();
  }

  destroy(): void {
    // Not given back: a chunk may still be on its way out, until its own connection is closed.
    this.#blocks = [];
    this.#queuedBytes = 0;
    if (this.#end === undefined) this.#source.drop();
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const chunk = await this.#next();
        if (chunk === undefined) break;
        yield chunk;
      }
      for (const { memory } of this.#blocks.splice(0)) giveBlock(memory);
    } finally {
      this.destroy();
    }
  }

  #lastWithRoom(): Filling {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.memory.length - last.filled >= ROOM_BYTES_MIN) return last;
    const fresh = { memory: takeBlock(), filled: 0, taken: 0 };
    this.#blocks.push(fresh);
    return fresh;
  }

  async #next(): Promise<Buffer | undefined> {
    while (this.#queuedBytes === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const block = this.#firstWaiting();
    if (block === undefined) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      return undefined;
    }
    const chunk = block.memory.subarray(block.taken, block.filled);
    block.taken = block.filled;
    const wasFull: boolean = this.full;
    this.#queuedBytes -= chunk.length;
    if (wasFull && !this.full && this.#end === undefined) this.#source.resume();
    return chunk;
  }

  /** Gives back what has been read to its end, which the consumer is through with when it asks for more. */
  #firstWaiting(): Filling | undefined {
    for (;;) {
      const [first] = this.#blocks;
      if (first === undefined || first.taken < first.filled) return first;
      if (this.#blocks.length === 1) return undefined; // the socket may be about to write here
      giveBlock(first.memory);
      this.#blocks.shift();
    }
  }
}
