/** Contents in memory: as bytes where they are small, else as a stream that ends when its signal aborts. */
import type { Content } from '../../ports/object-source.ts';

const CHUNK_BYTES = 64 * 1024;

export interface ContentOptions {
  /** Longer contents are streams. */
  readonly bufferedBytesMax: number;
  readonly signal: AbortSignal;
}

export function memoryContent(bytes: Buffer, { bufferedBytesMax, signal }: ContentOptions): Content {
  if (bytes.length <= bufferedBytesMax) return { kind: 'bytes', bytes: Buffer.from(bytes) };
  let destroyed = false;
  const destroy = (): void => void (destroyed = true);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length && !destroyed; at += CHUNK_BYTES) {
      signal.throwIfAborted();
      yield await Promise.resolve(bytes.subarray(at, at + CHUNK_BYTES));
    }
  }
  return { kind: 'stream', size: bytes.length, chunks: chunks(), destroy };
}

/** All bytes of a content; undefined where the stream is not as long as it said. Throws what the stream throws. */
export async function contentBytes(content: Content, signal: AbortSignal): Promise<Buffer | undefined> {
  if (content.kind === 'bytes') return Buffer.from(content.bytes);
  const whole = Buffer.allocUnsafe(content.size);
  let bytes = 0;
  for await (const chunk of content.chunks) {
    signal.throwIfAborted();
    if (bytes + chunk.length > content.size) return undefined;
    whole.set(chunk, bytes);
    bytes += chunk.length;
  }
  return bytes === content.size ? whole : undefined;
}
