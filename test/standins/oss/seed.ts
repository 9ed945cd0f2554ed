/** Objects that are put into the stand-in directly, with ETag and checksums as OSS would have computed them. */
import type { Crc64 } from '../kernel/crc64.ts';
import { memoryBody, type Body, type StoredObject } from '../kernel/object.ts';
import { measure } from '../kernel/receive.ts';
import type { Seed } from './model.ts';

/** Uploaded in parts or appended: the ETag is no MD5, and no Content-MD5 is answered. */
export async function objectOfSeed(
  seed: Seed,
  tools: { crc64: Crc64; now: () => Date },
): Promise<StoredObject> {
  const type = seed.type ?? (seed.symlinkTarget === undefined ? 'Normal' : 'Symlink');
  const body = asBody(seed.body);
  const { crc64, md5 } = await measure(body, tools.crc64);
  const etag = md5.toString('hex').toUpperCase();
  return {
    key: seed.key,
    size: body.size,
    etag: type === 'Multipart' ? `${etag}-${String(Math.max(1, Math.ceil(body.size / PART_BYTES)))}` : etag,
    crc64: seed.withoutCrc64 ? undefined : crc64,
    contentMd5: type === 'Normal' && body.sums === undefined ? md5.toString('base64') : undefined,
    lastModified: wholeSeconds(seed.lastModified ?? tools.now()),
    type,
    storageClass: seed.storageClass ?? 'Standard',
    headers: seed.headers ?? {},
    meta: seed.meta ?? {},
    tags: seed.tags ?? {},
    ...(seed.symlinkTarget === undefined ? {} : { symlinkTarget: seed.symlinkTarget }),
    ...(seed.restored === undefined ? {} : { restored: seed.restored }),
    body,
  };
}

/** OSS knows no fractions of a second. */
export function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

const PART_BYTES = 8 * 1024 * 1024;

function asBody(body: Buffer | string | Body): Body {
  if (typeof body === 'string') return memoryBody(Buffer.from(body, 'utf8'));
  return Buffer.isBuffer(body) ? memoryBody(body) : body;
}
