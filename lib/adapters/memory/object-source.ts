/** An `ObjectSource` over a bucket in memory, for tests and simulation. Faults are not in here: wrap it. */
import type { StoreErrorCode } from '../../core/errors.ts';
import type { Entry, SourceAttributes } from '../../core/object.ts';
import type {
  ListRequest,
  ObjectSource,
  ReadRequest,
  SourceObject,
  SourcePage,
} from '../../ports/object-source.ts';
import type { MemoryBucket, MemoryObject } from './bucket.ts';
import { memoryContent } from './content.ts';
import { pageOf, refusal, turn } from './page.ts';

export interface MemorySourceOptions {
  /** Longer contents are streams. */
  readonly bufferedBytesMax?: number;
}

export class MemoryObjectSource implements ObjectSource {
  readonly #bucket: MemoryBucket;
  readonly #bufferedBytesMax: number;

  constructor(bucket: MemoryBucket, { bufferedBytesMax = 1024 * 1024 }: MemorySourceOptions = {}) {
    this.#bucket = bucket;
    this.#bufferedBytesMax = bufferedBytesMax;
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<SourcePage> {
    await turn(signal);
    const { keys, truncated, next } = pageOf(this.#bucket.keys(), request);
    return { entries: keys.map((key) => entryOf(key, this.#found('ListObjectsV2', key))), truncated, next };
  }

  async read({ key, ifMatch, range }: ReadRequest, signal: AbortSignal): Promise<SourceObject> {
    await turn(signal);
    const operation = 'GetObject';
    const object = this.#found(operation, key);
    const refused = refusedRead(object, ifMatch);
    if (refused !== undefined) throw refusal(refused, operation, key);
    const { body } = object;
    if (range !== undefined && range.from >= body.size) throw refusal('invalid', operation, key);
    const part = range === undefined ? body : body.slice(range.from, range.to);
    const content = memoryContent(part, { bufferedBytesMax: this.#bufferedBytesMax, signal });
    return { attributes: await this.#attributes(object), content };
  }

  async head(key: string, signal: AbortSignal): Promise<SourceAttributes> {
    await turn(signal);
    return this.#attributes(this.#found('HeadObject', key));
  }

  async tags(key: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    await turn(signal);
    return this.#found('GetObjectTagging', key).tags;
  }

  #found(operation: string, key: string): MemoryObject {
    const object = this.#bucket.get(key);
    if (object === undefined) throw refusal('gone', operation, key);
    return object;
  }

  async #attributes(object: MemoryObject): Promise<SourceAttributes> {
    const { body, etag, lastModified, type, storageClass, contentMd5, headers, metadata, encrypted } = object;
    return {
      size: body.size,
      etag,
      lastModified,
      type,
      storageClass,
      crc64: object.withoutCrc64 ? undefined : await body.crc64(),
      contentMd5,
      headers,
      metadata,
      tagCount: Object.keys(object.tags).length,
      encrypted,
    };
  }
}

function refusedRead(
  { archived, etag }: MemoryObject,
  ifMatch: string | undefined,
): StoreErrorCode | undefined {
  if (archived) return 'archived';
  return ifMatch !== undefined && ifMatch !== etag ? 'stale' : undefined;
}

function entryOf(key: string, { body, etag, lastModified, storageClass, type }: MemoryObject): Entry {
  return { key, size: body.size, etag, lastModified, storageClass, type };
}
