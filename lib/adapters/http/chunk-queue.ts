/** A response body on its way from the socket to a consumer that sets the pace. */
import type { BodyStream } from './types.ts';

/** More than this waiting, and the socket is not read. */
const QUEUED_BYTES_MAX = 256 * 1024;

export interface ChunkSource {
  /** The queue has room again. */
  resume(): void;
  /** The consumer wants no more. */
  drop(): void;
}

export class ChunkQueue implements BodyStream {
  readonly #source: ChunkSource;
  #queued: Buffer[] = [];
  #queuedBytes = 0;
  #end: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;

  constructor(source: ChunkSource) {
    this.#source = source;
  }

  get full(): boolean {
    return this.#queuedBytes >= QUEUED_BYTES_MAX;
  }

  push(chunk: Buffer): void {
    this.#queued.push(chunk);
    this.#queuedBytes += chunk.length;
    this.#wake?.();
  }

  end(error?: Error): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake?.();
  }

  destroy(): void {
    this.#queued = [];
    this.#queuedBytes = 0;
    if (this.#end === undefined) this.#source.drop();
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const chunk = await this.#next();
        if (chunk === undefined) return;
        yield chunk;
      }
    } finally {
      this.destroy();
    }
  }

  async #next(): Promise<Buffer | undefined> {
    while (this.#queued.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const chunk = this.#queued.shift();
    if (chunk === undefined) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      return undefined;
    }
    const before = this.#queuedBytes;
    this.#queuedBytes -= chunk.length;
    const roomAgain = before >= QUEUED_BYTES_MAX && this.#queuedBytes < QUEUED_BYTES_MAX;
    if (roomAgain && this.#end === undefined) this.#source.resume();
    return chunk;
  }
}
