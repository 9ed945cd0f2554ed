/** Writes an object whose length nobody knows beforehand, holding one part in memory. */
import type { TargetAttributes } from '../../core/object.ts';
import { PART_BYTES } from '../../core/parts.ts';
import type { MultipartUpload, Part } from '../../ports/object-sink.ts';
import type { CosClient } from './client.ts';
import { abortUpload } from './control.ts';
import { beginUpload, completeUpload, putObject, putPart } from './write.ts';

export interface StreamedObject {
  readonly key: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly attributes: TargetAttributes;
}

/** One PUT where all of it fits into a part, else a multipart upload, which is aborted where anything fails. */
export async function streamObject(
  client: CosClient,
  { key, chunks, attributes }: StreamedObject,
  signal: AbortSignal,
): Promise<void> {
  const parts = inParts(chunks, PART_BYTES)[Symbol.asyncIterator]();
  try {
    const { value: first = Buffer.alloc(0) } = await parts.next();
    if (first.length < PART_BYTES) {
      const content = { kind: 'bytes', bytes: first } as const;
      await putObject(client, { key, content, attributes, forbidOverwrite: false }, signal);
      return;
    }
    const upload = await beginUpload(client, key, attributes, signal);
    await writeUpload(client, upload, { first, rest: parts }, signal);
  } finally {
    await parts.return(undefined);
  }
}

async function writeUpload(
  client: CosClient,
  upload: MultipartUpload,
  { first, rest }: { readonly first: Buffer; readonly rest: AsyncIterable<Buffer> },
  signal: AbortSignal,
): Promise<void> {
  try {
    const written: Part[] = [];
    const write = async (bytes: Buffer): Promise<void> => {
      const content = { kind: 'bytes', bytes } as const;
      written.push(await putPart(client, { upload, partNumber: written.length + 1, content }, signal));
    };
    await write(first);
    for await (const bytes of rest) await write(bytes);
    await completeUpload(client, upload, written, { forbidOverwrite: false, signal });
  } catch (error) {
    // Whatever the caller's signal says; and the first error is the one to tell.
    await abortUpload(client, upload, new AbortController().signal).catch(() => undefined);
    throw error;
  }
}

/** Buffers of exactly `partBytes`, but for the last, which is not empty unless it is the only one. */
async function* inParts(
  chunks: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Buffer, undefined> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (bytes + rest.length >= partBytes) {
      const room = partBytes - bytes;
      yield Buffer.concat([...held, rest.subarray(0, room)], partBytes);
      held = [];
      bytes = 0;
      rest = rest.subarray(room);
    }
    if (rest.length > 0) held.push(Buffer.from(rest));
    bytes += rest.length;
  }
  if (bytes > 0) yield Buffer.concat(held, bytes);
}
