/** The CRC-64 of an object on its way, for the few whose source states none that can be trusted. */
import { createHash } from 'node:crypto';
import { startCrc64 } from '../core/crc64.ts';
import { StoreError } from '../core/errors.ts';
import type { SourceAttributes } from '../core/object.ts';
import type { Content } from '../ports/object-source.ts';

/** What OSS states of the content, if it does: very old objects have no CRC-64, and a symlink's may be that of the link. */
export function statedCrc64(attributes: SourceAttributes): string | undefined {
  return attributes.type === 'Symlink' ? undefined : attributes.crc64;
}

export interface Summed {
  readonly content: Content;
  /** Of all bytes, once the content has been read to its end. */
  readonly crc64: () => string;
}

/** Passes a content on while computing its CRC-64. Computing costs about 0.8 CPU s/GiB, so only where it is needed. */
export async function summed(content: Content): Promise<Summed> {
  const crc = await startCrc64();
  if (content.kind === 'bytes') {
    crc.update(content.bytes);
    return { content, crc64: crc.digest };
  }
  const { chunks } = content;
  async function* passing(): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      crc.update(chunk);
      yield chunk;
    }
  }
  return {
    content: {
      ...content,
      chunks: passing(),
      destroy: () => {
        content.destroy();
      },
    },
    crc64: crc.digest,
  };
}

/** Frees what an unread content holds. */
export function discard(content: Content): void {
  if (content.kind === 'stream') content.destroy();
}

/**
 * For contents in memory whose MD5 nobody states: checked against the stated CRC-64 before they are sent, and sent with
 * an MD5 of their own, so that nothing corrupt ever becomes visible in the target. In base64.
 */
export async function ownMd5(bytes: Uint8Array, stated: string | undefined): Promise<string> {
  if (stated !== undefined) await requireStated(bytes, stated);
  return createHash('md5').update(bytes).digest('base64');
}

async function requireStated(bytes: Uint8Array, stated: string): Promise<void> {
  const arrived = (await summed({ kind: 'bytes', bytes })).crc64();
  if (arrived === stated) return;
  throw new StoreError(`what was read has CRC-64 ${arrived}, the source states ${stated}`, {
    code: 'corrupt',
    operation: 'GetObject',
  });
}
