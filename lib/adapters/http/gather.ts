/** Collects an answer whose length the server did not tell, as lists and errors may be. */
import { HttpConnectionError } from './errors.ts';
import type { ResponseBody } from './types.ts';

/** All bytes of a body. Rejects with `HttpConnectionError` where there are more than `bytesMax`. */
export async function gathered(body: ResponseBody, bytesMax: number): Promise<Buffer> {
  if (body.kind === 'bytes') return body.bytes;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body.chunks) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new HttpConnectionError(`an answer of more than ${String(bytesMax)} bytes`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks, bytes);
}
