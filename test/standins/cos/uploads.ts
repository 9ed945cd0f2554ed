/** Unfinished multipart uploads of a bucket, and the rules by which parts become an object (436/7742). */
import { createHash, randomBytes } from 'node:crypto';
import { compareUtf8 } from '../kernel/store.ts';
import type { Body } from '../kernel/object.ts';
import { crc64Combine } from '../kernel/crc64-combine.ts';
import { COS_LIMITS } from './limits.ts';
import type { Attributes } from './attributes.ts';
import { refusal } from './refusals.ts';

export interface Part {
  readonly partNumber: number;
  readonly size: number;
  /** MD5 in lower-case hex. */
  readonly etag: string;
  readonly crc64: string;
  readonly lastModified: Date;
  readonly body: Body;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly attributes: Attributes;
  /** By part number; a part sent again replaces the one before. */
  readonly parts: Map<number, Part>;
}

export interface UploadLedger {
  initiate(upload: Omit<Upload, 'id' | 'parts'>): Upload;
  /** @throws ServiceError 404 NoSuchUpload, also where the id is another key's. */
  get(key: string, id: string): Upload;
  remove(id: string): void;
  /** By key in UTF-8 byte order, then by id. */
  list(): Upload[];
}

export function uploadLedger(): UploadLedger {
  const uploads = new Map<string, Upload>();
  return {
    initiate(begun) {
      const id = `${String(begun.initiated.getTime())}${randomBytes(29).toString('hex')}`;
      const upload = { ...begun, id, parts: new Map<number, Part>() };
      uploads.set(id, upload);
      return upload;
    },
    get(key, id) {
      const upload = uploads.get(id);
      if (upload?.key !== key) {
        throw refusal('NoSuchUpload', 'The specified multipart upload does not exist.');
      }
      return upload;
    },
    remove: (id) => void uploads.delete(id),
    list: () => [...uploads.values()].sort((a, b) => compareUtf8(a.key, b.key) || compareUtf8(a.id, b.id)),
  };
}

/** One line of the list a client completes with. */
export interface NamedPart {
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
}

/**
 * The parts a client named, in order.
 * @throws ServiceError 400 InvalidPartOrder, InvalidPart (unknown, changed, or numbers with a gap) or
 * EntityTooSmall (any but the last).
 */
export function chooseParts(upload: Upload, named: readonly NamedPart[]): Part[] {
  if (named.some(({ partNumber }, at) => at > 0 && partNumber <= (named[at - 1]?.partNumber ?? 0))) {
    throw refusal('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return named.map(({ partNumber, etag }, at) => {
    const part = upload.parts.get(partNumber);
    if (part?.etag !== etag.toLowerCase() || partNumber !== at + 1) {
      throw refusal('InvalidPart', 'One or more of the specified parts could not be found.', {
        PartNumber: String(partNumber),
      });
    }
    if (part.size < COS_LIMITS.partBytesMin && at < named.length - 1) {
      throw refusal('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size.');
    }
    return part;
  });
}

export interface Assembled {
  readonly body: Body;
  readonly size: number;
  readonly crc64: string;
  /** MD5 of the parts' MD5s, a hyphen, and the number of parts. */
  readonly etag: string;
}

export function assemble(parts: readonly Part[]): Assembled {
  const md5 = createHash('md5');
  let size = 0;
  let crc64 = '0';
  for (const part of parts) {
    md5.update(Buffer.from(part.etag, 'hex'));
    crc64 = crc64Combine(crc64, part.crc64, part.size);
    size += part.size;
  }
  const bodies = parts.map(({ body }) => body);
  return {
    body: joinedBody(bodies, size),
    size,
    crc64,
    etag: `${md5.digest('hex')}-${String(parts.length)}`,
  };
}

function joinedBody(bodies: readonly Body[], size: number): Body {
  return {
    size,
    async *read(from, to) {
      let start = 0;
      for (const body of bodies) {
        const end = start + body.size;
        if (from < end && to > start) {
          yield* body.read(Math.max(from - start, 0), Math.min(to, end) - start);
        }
        start = end;
      }
    },
  };
}
