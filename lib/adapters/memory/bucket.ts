/** A bucket in memory that a test fills and changes, with ETags and checksums as the stores compute them. */
import { compareKeys } from '../../core/keys.ts';
import type { ObjectType } from '../../core/object.ts';
import { bytesOf, HeldBody, type MemoryBody } from './body.ts';

type Texts = Readonly<Record<string, string>>;

export interface MemorySeed {
  /** Or what they follow from, for objects that are larger than memory. */
  readonly bytes: Uint8Array | MemoryBody;
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
  readonly body: MemoryBody;
  /** @throws RangeError where the body is larger than memory. */
  readonly bytes: Buffer;
  /** The MD5 where the bytes are held. */
  readonly etag: string;
  /** Base64; absent where the object was not written by one plain PUT. */
  readonly contentMd5: string | undefined;
}

export class MemoryBucket {
  readonly #objects = new Map<string, MemoryObject>();
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
    const body = seed.bytes instanceof Uint8Array ? new HeldBody(Buffer.from(seed.bytes)) : seed.bytes;
    const digest = body.digest();
    const etag = digest.toString('hex').toUpperCase();
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
      body,
      get bytes() {
        return bytesOf(body);
      },
      etag: type === 'Multipart' ? `${etag}-1` : etag,
      contentMd5: type === 'Normal' && body.isHeld ? digest.toString('base64') : undefined,
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
}
