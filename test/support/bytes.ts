/** Bytes for tests: reproducible, and different at every place. */

/** `size` bytes that follow from the seed. */
export function seededBytes(seed: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export async function* inChunks(bytes: Uint8Array, chunkBytes = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
  }
}

export async function collected(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const taken: Uint8Array[] = [];
  for await (const chunk of chunks) taken.push(Buffer.from(chunk));
  return Buffer.concat(taken);
}

/** The first chunk; the rest is left unread, and whoever produces it is told. */
export async function firstOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { value } = (await iterator.next()) as { readonly value: Uint8Array | undefined };
  await iterator.return?.();
  return value;
}
