/** Takes in the body of an upload: counts and checksums it, and keeps it in memory, in a file, or not at all. */
import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { discardedBody } from './body.ts';
import type { Crc64 } from './crc64.ts';
import { fileBody, memoryBody, type Body, type BodySums } from './object.ts';

export interface ReceiveOptions {
  readonly crc64: Crc64;
  /** Bodies become files in here. */
  readonly directory?: string | undefined;
  /** Only count and checksum. */
  readonly discard?: boolean | undefined;
  /** Spares 1.5 CPU seconds a GiB: a hash of size and CRC-64 stands for the MD5. */
  readonly withoutMd5?: boolean | undefined;
}

export interface Received {
  readonly body: Body;
  readonly size: number;
  readonly crc64: string;
  readonly md5: Buffer;
}

/** Rejects, and keeps nothing, when the client goes away before the end. */
export async function receive(chunks: AsyncIterable<Buffer>, options: ReceiveOptions): Promise<Received> {
  const keeper = options.discard
    ? discarding()
    : options.directory
      ? await keepInFile(options.directory)
      : keepInMemory();
  const crc64 = options.crc64.stream();
  const md5 = options.withoutMd5 ? undefined : createHash('md5');
  let size = 0;
  try {
    for await (const chunk of chunks) {
      crc64.update(chunk);
      md5?.update(chunk);
      size += chunk.length;
      await keeper.take(chunk);
    }
    const sum = crc64.digest();
    const digest = md5 ?? createHash('md5').update(`${String(size)} ${sum}`);
    return { body: await keeper.finish(size), size, crc64: sum, md5: digest.digest() };
  } catch (error) {
    await keeper.drop();
    throw error;
  }
}

interface Keeper {
  take(chunk: Buffer): Promise<void> | undefined;
  finish(size: number): Promise<Body> | Body;
  drop(): Promise<void> | undefined;
}

function keepInMemory(): Keeper {
  const kept: Buffer[] = [];
  return {
    take: (chunk) => void kept.push(chunk),
    finish: () => memoryBody(kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept)),
    drop: () => undefined,
  };
}

function discarding(): Keeper {
  return { take: () => undefined, finish: (size) => discardedBody(size), drop: () => undefined };
}

async function keepInFile(directory: string): Promise<Keeper> {
  const path = join(directory, randomUUID());
  const file = await open(path, 'wx');
  return {
    take: (chunk) => file.writeFile(chunk),
    async finish(size) {
      await file.close();
      return fileBody(path, size);
    },
    async drop() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

/** Checksums of a body that is put into a stand-in directly. */
export async function measure(body: Body, crc64: Crc64): Promise<BodySums> {
  if (body.sums !== undefined) return body.sums(crc64);
  const stream = crc64.stream();
  const md5 = createHash('md5');
  for await (const chunk of body.read(0, body.size)) {
    stream.update(chunk);
    md5.update(chunk);
  }
  return { crc64: stream.digest(), md5: md5.digest() };
}
