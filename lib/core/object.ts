/** What one object is: as listed, as read, and as the target has it. */

/** OSS object types (ListObjectsV2). A symlink is listed as itself and read as its target. */
export type ObjectType = 'Normal' | 'Multipart' | 'Appendable' | 'Symlink';

/** A line of a segment manifest: one object to copy, as it was listed. Absent fields were not known (a manifest as source). */
export interface Entry {
  readonly key: string;
  /** Bytes. */
  readonly size?: number | undefined;
  /** Without quotes, in the source's own spelling. Absent: copy the version found. */
  readonly etag?: string | undefined;
  /** ISO 8601. */
  readonly lastModified?: string | undefined;
  /** The source's own spelling: `Standard`, `IA`. */
  readonly storageClass?: string | undefined;
  readonly type?: ObjectType | undefined;
  /** Set where a line of the source manifest could not be read: the entry fails with this message. */
  readonly problem?: string | undefined;
}

/** What a conflict rule looks at. */
export interface ObjectVersion {
  readonly size: number | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModifiedMs: number | undefined;
  /** CRC-64/XZ in decimal, where known. */
  readonly crc64?: string | undefined;
}

/** What the source says of an object when it is read. */
export interface SourceAttributes {
  /** Bytes of the whole object, also on a ranged read. */
  readonly size: number;
  readonly etag: string;
  readonly lastModified: string | undefined;
  readonly type: ObjectType;
  readonly storageClass: string | undefined;
  /** CRC-64/XZ of the whole object in decimal; absent on very old objects. Not that of the content for a symlink. */
  readonly crc64: string | undefined;
  /** Base64, where the source vouches for it. */
  readonly contentMd5: string | undefined;
  /** The standard headers it was stored with, lower-case names: content-type, cache-control, expires, … */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, lower-case names without the vendor's prefix. Values are bytes as latin1. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tagCount: number;
  readonly encrypted: boolean;
}

/** What the target is to store beside the bytes. */
export interface TargetAttributes {
  /** Standard headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, names without `x-cos-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** The target's spelling: `STANDARD`, `STANDARD_IA`, … */
  readonly storageClass: string;
}
