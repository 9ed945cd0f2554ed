/** Contents in memory: as bytes where they are small, else as a stream that ends when its signal aborts. */
import type { Content } from '../../ports/object-source.ts';
import { bytesOf, HeldBody, type MemoryBody } from './body.ts';

export interface ContentOptions {
  /** Longer contents are streams. */
  readonly bufferedBytesMax: number;
  readonly signal: AbortSignal;
}

/**
 * A body on its way. Whoever knows this class may take the body itself, as long as nobody has read of it; whoever
 * stands between and looks at the bytes, or changes them, passes on other chunks than these.
 */
class BodyChunks implements AsyncIterable<Buffer> {
  readonly #body: MemoryBody;
  readonly #signal: AbortSignal;
  #unread = true;
  #destroyed = false;

  constructor(body: MemoryBody, signal: AbortSignal) {
    this.#body = body;
    this.#signal = signal;
  }

  destroy(): void {
    this.#destroyed = true;
  }

  /** Undefined where it was read or destroyed before. */
  take(): MemoryBody | undefined {
    this.#signal.throwIfAborted();
    if (!this.#unread || this.#destroyed) return undefined;
    this.#unread = false;
    return this.#body;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    this.#unread = false;
    for (const chunk of this.#body.chunks()) {
      if (this.#destroyed) return;
      this.#signal.throwIfAborted();
      yield await Promise.resolve(chunk);
    }
  }
}

export function memoryContent(body: MemoryBody, { bufferedBytesMax, signal }: ContentOptions): Content {
  if (body.size <= bufferedBytesMax) return { kind: 'bytes', bytes: Buffer.from(bytesOf(body)) };
  const chunks = new BodyChunks(body, signal);
  const destroy = (): void => {
    chunks.destroy();
  };
  return { kind: 'stream', size: body.size, chunks, destroy };
}

/** All of a content; undefined where the stream is not as long as it said. Throws what the stream throws. */
export async function contentBody(content: Content, signal: AbortSignal): Promise<MemoryBody | undefined> {
  if (content.kind === 'bytes') return new HeldBody(Buffer.from(content.bytes));
  const body = content.chunks instanceof BodyChunks ? content.chunks.take() : await gathered(content, signal);
  return body?.size === content.size ? body : undefined;
}

async function gathered(
  { size, chunks }: Extract<Content, { kind: 'stream' }>,
  signal: AbortSignal,
): Promise<MemoryBody | undefined> {
  const whole = Buffer.allocUnsafe(size);
  let bytes = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    if (bytes + chunk.length > size) return undefined;
    whole.set(chunk, bytes);
    bytes += chunk.length;
  }
  return new HeldBody(whole.subarray(0, bytes));
}
