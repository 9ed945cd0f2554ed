/** What a bucket of either stand-in holds: one stored object with its headers, and a body that can be read in ranges. */

import type { Crc64 } from './crc64.ts';

export { fileBody, generatedBody, memoryBody } from './body.ts';
export { periodicBody } from './periodic.ts';

/** Bytes of an object. `read` is half-open, `[from, to)`, and may be called any number of times at once. */
export interface Body {
  readonly size: number;
  read(from: number, to: number): AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Where it can tell them without being read. The digest then stands for the MD5, which it is not. */
  sums?(crc64: Crc64): BodySums;
}

export interface BodySums {
  /** Decimal. */
  readonly crc64: string;
  readonly md5: Buffer;
}

export type ObjectType = 'Normal' | 'Multipart' | 'Appendable' | 'Symlink';

/** Header and metadata values are Unicode text; on the wire they travel as UTF-8 bytes. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes; upper-case hex for OSS, lower-case for COS: the vendor layer decides. */
  readonly etag: string;
  /** CRC-64/XZ as decimal; undefined: the store answers no such header (very old objects). */
  readonly crc64: string | undefined;
  /** Base64, when the store would answer Content-MD5. */
  readonly contentMd5: string | undefined;
  readonly lastModified: Date;
  readonly type: ObjectType;
  /** In the vendor's own spelling. */
  readonly storageClass: string;
  /** Lower-case names: content-type, cache-control, content-disposition, content-encoding, content-language, expires. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without the `x-oss-meta-` or `x-cos-meta-` prefix. */
  readonly meta: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly symlinkTarget?: string;
  /** Archived, but restored: readable. */
  readonly restored?: boolean;
  readonly body: Body;
}
