/** A bucket in memory that a test fills and changes, with ETags and checksums as the stores compute them. */
import { createHash } from 'node:crypto';
import { startCrc64 } from '../../core/crc64.ts';
import { compareKeys } from '../../core/keys.ts';
import type { ObjectType } from '../../core/object.ts';

type Texts = Readonly<Record<string, string>>;

export interface MemorySeed {
  readonly bytes: Uint8Array;
  /** Standard headers, lower-case names. */
  readonly headers?: Texts;
  /** Names without the vendor's prefix; values are bytes as latin1. */
  readonly metadata?: Texts;
  readonly tags?: Texts;
  readonly type?: ObjectType;
  readonly storageClass?: string;
  /** ISO 8601; the bucket's time where it is left out. */
  readonly lastModified?: string;
  /** As very old objects are. */
  readonly withoutCrc64?: boolean;
  /** Cannot be read until it is restored. */
  readonly archived?: boolean;
  readonly encrypted?: boolean;
}

export interface MemoryObject extends Required<Omit<MemorySeed, 'bytes'>> {
  readonly bytes: Buffer;
  readonly etag: string;
  /** Base64; absent where the object was not written by one plain PUT. */
  readonly contentMd5: string | undefined;
}

export class MemoryBucket {
  readonly #objects = new Map<string, MemoryObject>();
  readonly #crcs = new WeakMap<MemoryObject, string>();
  readonly #nowMs: () => number;
  #sorted: string[] | undefined;

  /** `nowMs` stamps objects that state no time of their own. */
  constructor(nowMs: () => number = () => 1_767_225_600_000) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#objects.size;
  }

  put(key: string, seed: MemorySeed): MemoryObject {
    const { type = 'Normal', storageClass = 'Standard' } = seed;
    const bytes = Buffer.from(seed.bytes);
    const md5 = createHash('md5').update(bytes).digest();
    const etag = md5.toString('hex').toUpperCase();
    const object: MemoryObject = {
      headers: seed.headers ?? { 'content-type': 'application/octet-stream' },
      metadata: seed.metadata ?? {},
      tags: seed.tags ?? {},
      lastModified: seed.lastModified ?? new Date(this.#nowMs()).toISOString(),
      withoutCrc64: seed.withoutCrc64 ?? false,
      archived: seed.archived ?? false,
      encrypted: seed.encrypted ?? false,
      type,
      storageClass,
      bytes,
      etag: type === 'Multipart' ? `${etag}-1` : etag,
      contentMd5: type === 'Normal' ? md5.toString('base64') : undefined,
    };
    if (!this.#objects.has(key)) this.#sorted = undefined;
    this.#objects.set(key, object);
    return object;
  }

  delete(key: string): boolean {
    const deleted = this.#objects.delete(key);
    if (deleted) this.#sorted = undefined;
    return deleted;
  }

  get(key: string): MemoryObject | undefined {
    return this.#objects.get(key);
  }

  /** In UTF-8 byte order. */
  keys(): readonly string[] {
    return (this.#sorted ??= [...this.#objects.keys()].sort(compareKeys));
  }

  async crc64(object: MemoryObject): Promise<string> {
    const known = this.#crcs.get(object);
    if (known !== undefined) return known;
    const crc64 = await crc64Of(object.bytes);
    this.#crcs.set(object, crc64);
    return crc64;
  }
}

export async function crc64Of(bytes: Uint8Array): Promise<string> {
  const crc = await startCrc64();
  crc.update(bytes);
  return crc.digest();
}
