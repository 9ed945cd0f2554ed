/** A bucket of any number of objects that exist only as a rule: listings of millions of keys cost no memory. */
import { loadCrc64, type Crc64 } from '../kernel/crc64.ts';
import { hex8, mix } from '../kernel/mix.ts';
import { generatedBody, type Body, type StoredObject } from '../kernel/object.ts';
import { compareUtf8, type ObjectStore } from '../kernel/store.ts';
import { KEY_SHAPES, type KeyShape } from './key-shapes.ts';

export type { KeyShape } from './key-shapes.ts';

export interface GeneratedOptions {
  readonly shape: KeyShape;
  readonly count: number;
  /** Put before every key. */
  readonly prefix?: string;
  /** Of the nth object, counted from 0 in listing order; default 4 KiB. */
  readonly bytes?: (index: number) => number;
  readonly lastModified?: Date;
}

/** Objects answer their CRC-64, computed when asked for, and are of type Multipart: their ETag is not their MD5. Cannot be written. */
export async function generatedStore(options: GeneratedOptions): Promise<ObjectStore> {
  const crc64 = await loadCrc64();
  const { count, prefix: root = '', lastModified = new Date('2024-01-01T00:00:00Z') } = options;
  const shape = KEY_SHAPES[options.shape](count);
  const keyAt = (index: number): string => root + shape(index);
  const objectAt = (index: number): StoredObject =>
    new GeneratedObject(keyAt(index), index, { size: options.bytes?.(index) ?? 4096, lastModified, crc64 });

  /** The first index whose key is greater than, or with `orEqual` at least, `key`. */
  function firstAfter(key: string, orEqual: boolean): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const order = compareUtf8(keyAt(middle), key);
      if (order < 0 || (order === 0 && !orEqual)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    count,
    get(key) {
      const index = firstAfter(key, true);
      return index < count && keyAt(index) === key ? objectAt(index) : undefined;
    },
    put: refuse,
    delete: refuse,
    list({ prefix, startAfter, limit }) {
      const page: StoredObject[] = [];
      const behindPrefix = compareUtf8(prefix, startAfter) <= 0;
      let index =
        behindPrefix && startAfter !== '' ? firstAfter(startAfter, false) : firstAfter(prefix, true);
      for (; index < count && page.length < limit; index += 1) {
        const object = objectAt(index);
        if (!object.key.startsWith(prefix)) break;
        page.push(object);
      }
      return page;
    },
    *keys() {
      for (let index = 0; index < count; index += 1) yield keyAt(index);
    },
  };
}

function refuse(): never {
  throw new Error('a generated bucket cannot be written');
}

class GeneratedObject implements StoredObject {
  readonly key: string;
  readonly size: number;
  readonly lastModified: Date;
  readonly type = 'Multipart';
  readonly storageClass = 'Standard';
  readonly contentMd5 = undefined;
  readonly headers = HEADERS;
  readonly meta = NOTHING;
  readonly tags = NOTHING;
  private readonly index: number;
  private readonly hasher: Crc64;

  constructor(key: string, index: number, rest: { size: number; lastModified: Date; crc64: Crc64 }) {
    this.key = key;
    this.index = index;
    this.size = rest.size;
    this.lastModified = rest.lastModified;
    this.hasher = rest.crc64;
  }

  get etag(): string {
    let hex = '';
    for (let word = 1; word <= 4; word += 1) hex += hex8(mix(this.index, word));
    return `${hex.toUpperCase()}-1`;
  }

  get body(): Body {
    return generatedBody(this.index, this.size);
  }

  get crc64(): string {
    const stream = this.hasher.stream();
    // A generated body is read without waiting.
    for (const chunk of this.body.read(0, this.size) as Iterable<Buffer>) stream.update(chunk);
    return stream.digest();
  }
}

const HEADERS = { 'content-type': 'application/octet-stream' } as const;
const NOTHING = {} as const;
