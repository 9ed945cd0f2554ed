/** Makes objects that are in a bucket from the start, for tests of same-name objects in the target. */
import { memoryBody, type Body, type StoredObject } from '../kernel/object.ts';
import { measure } from '../kernel/receive.ts';
import type { Crc64 } from '../kernel/crc64.ts';

export interface CosSeed {
  readonly key: string;
  readonly body: Buffer | string | Body;
  /** Lower-case names; the content type is application/octet-stream where it is left out. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly meta?: Readonly<Record<string, string>> | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly storageClass?: string | undefined;
  readonly restored?: boolean | undefined;
  readonly lastModified?: Date | undefined;
  /** As objects have that were written before COS computed CRCs. */
  readonly withoutCrc64?: boolean | undefined;
}

export async function objectOfSeed(
  seed: CosSeed,
  { crc64, now }: { readonly crc64: Crc64; readonly now: Date },
): Promise<StoredObject> {
  const { body: given } = seed;
  const body = typeof given === 'string' || Buffer.isBuffer(given) ? memoryBody(Buffer.from(given)) : given;
  const measured = await measure(body, crc64);
  return {
    key: seed.key,
    size: body.size,
    etag: measured.md5.toString('hex'),
    crc64: seed.withoutCrc64 ? undefined : measured.crc64,
    contentMd5: undefined,
    lastModified: seed.lastModified ?? now,
    type: 'Normal',
    storageClass: seed.storageClass ?? 'STANDARD',
    headers: { 'content-type': 'application/octet-stream', ...seed.headers },
    meta: { ...seed.meta },
    tags: { ...seed.tags },
    restored: seed.restored ?? false,
    body,
  };
}
