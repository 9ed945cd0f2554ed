/** Where objects go. */
import type { ObjectVersion, TargetAttributes } from '../core/object.ts';
import type { Content, ListRequest } from './object-source.ts';

export interface TargetEntry {
  readonly key: string;
  readonly version: ObjectVersion;
}

export interface TargetPage {
  /** In UTF-8 byte order, without gap. */
  readonly entries: readonly TargetEntry[];
  readonly truncated: boolean;
  readonly next: string | undefined;
}

export interface WriteRequest {
  readonly key: string;
  readonly content: Content;
  readonly attributes: TargetAttributes;
  /** Base64: the store refuses a body that differs, before it replaces anything. */
  readonly contentMd5?: string | undefined;
  /** Refuse with `exists` when the key is there (ignored by COS where the bucket ever had versioning). */
  readonly forbidOverwrite: boolean;
}

/** What the store says it holds now. */
export interface Written {
  /** CRC-64/XZ in decimal of what was stored; undefined where the store did not say. */
  readonly crc64: string | undefined;
  readonly requestId: string | undefined;
}

export interface MultipartUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** An upload that was begun, and neither completed nor aborted. */
export interface PendingUpload extends MultipartUpload {
  /** Milliseconds since the epoch. */
  readonly initiatedMs: number;
}

export interface PartRequest {
  readonly upload: MultipartUpload;
  /** 1-10,000. */
  readonly partNumber: number;
  readonly content: Content;
}

export interface Part {
  readonly partNumber: number;
  readonly etag: string;
  /** CRC-64/XZ in decimal of what was stored; undefined where the store did not say. */
  readonly crc64?: string | undefined;
}

/** What a conflict check may ask of one target object, beside its version. */
export interface TargetAttributesFound {
  readonly version: ObjectVersion;
  /** Names without `x-cos-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Whether the bucket has, or ever had, versioning: `never` is what `forbidOverwrite` needs. */
export type Versioning = 'never' | 'enabled' | 'suspended';

/**
 * Tencent Cloud COS, or a stand-in for it. Errors are `StoreError`; a body shorter than its stated size is never
 * stored. `remove` of a missing key succeeds; `abort` of a missing upload succeeds.
 * (PutObject, UploadPart, Complete/AbortMultipartUpload, ListMultipartUploads, GetBucket, HeadObject of the COS API
 * reference.)
 */
export interface ObjectSink {
  list(request: ListRequest, signal: AbortSignal): Promise<TargetPage>;
  /** Undefined where the key is not there. */
  head(key: string, signal: AbortSignal): Promise<TargetAttributesFound | undefined>;
  write(request: WriteRequest, signal: AbortSignal): Promise<Written>;
  begin(key: string, attributes: TargetAttributes, signal: AbortSignal): Promise<MultipartUpload>;
  writePart(request: PartRequest, signal: AbortSignal): Promise<Part>;
  /** `parts` in order of their numbers. */
  complete(
    upload: MultipartUpload,
    parts: readonly Part[],
    options: { readonly forbidOverwrite: boolean },
    signal: AbortSignal,
  ): Promise<Written>;
  abort(upload: MultipartUpload, signal: AbortSignal): Promise<void>;
  /** The pending uploads of exactly this key, whoever began them, oldest first. */
  uploads(key: string, signal: AbortSignal): Promise<PendingUpload[]>;
  remove(key: string, signal: AbortSignal): Promise<void>;
  versioning(signal: AbortSignal): Promise<Versioning>;
}
