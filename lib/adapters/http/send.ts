/** Writes request bodies that do not fit into one small write. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { RequestBody } from './types.ts';

/** TLS encrypts a write at once and in full, into memory of its own; so it is given slices. */
const TLS_SLICE_BYTES = 256 * 1024;

export function bodyBytes(body: RequestBody): number {
  if (Buffer.isBuffer(body)) return body.length;
  return 'chunks' in body ? body.size : body.reduce((sum, part) => sum + part.length, 0);
}

/** Returns a promise only where the write goes on after the call. */
export function writeParts(
  socket: Socket,
  head: string,
  parts: readonly Buffer[],
): Promise<void> | undefined {
  if (socket instanceof TLSSocket) return writeSlices(socket, head, parts);
  socket.cork();
  socket.write(head, 'latin1');
  for (const part of parts) socket.write(part);
  socket.uncork();
  return undefined;
}

async function writeSlices(socket: Socket, head: string, parts: readonly Buffer[]): Promise<void> {
  socket.write(head, 'latin1');
  for (const part of parts) {
    for (let at = 0; at < part.length; at += TLS_SLICE_BYTES) {
      await write(socket, part.subarray(at, at + TLS_SLICE_BYTES));
    }
  }
}

/** Rejects with the producer's error, or where it gives more or fewer bytes than it said. */
export async function writeStream(
  socket: Socket,
  head: string,
  { size, chunks }: { readonly size: number; readonly chunks: AsyncIterable<Buffer> },
): Promise<void> {
  socket.write(head, 'latin1');
  let sent = 0;
  for await (const chunk of chunks) {
    sent += chunk.length;
    if (sent > size) break;
    await write(socket, chunk);
  }
  if (sent !== size) throw new RangeError(`the body is not the ${String(size)} bytes it was said to be`);
}

/** Resolves once the chunk has left for the kernel. */
function write(socket: Socket, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(chunk, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
