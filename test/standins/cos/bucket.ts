/** One COS bucket: its objects, its unfinished uploads, and the settings that change how it answers. */
import { randomBytes } from 'node:crypto';
import type { Crc64 } from '../kernel/crc64.ts';
import type { ReceiveOptions } from '../kernel/receive.ts';
import { memoryStore, type ObjectStore } from '../kernel/store.ts';
import { uploadLedger, type UploadLedger } from './uploads.ts';

export interface CosBucketOptions {
  /** `ap-guangzhou`; the bucket answers under the host names of this region only. */
  readonly region: string;
  readonly versioning?: Versioning | undefined;
  /** Key ids that own the bucket; left out: every credential of the stand-in. */
  readonly credentials?: readonly string[] | undefined;
  /** Received bodies are counted and checksummed, not kept. */
  readonly discardBodies?: boolean | undefined;
  /** ETags follow from size and CRC-64 instead of the MD5, which is computed only where Content-MD5 asks for it. */
  readonly etagsWithoutMd5?: boolean | undefined;
  /** Instead of an empty one. */
  readonly store?: ObjectStore | undefined;
  /** CompleteMultipartUpload answers no `x-cos-hash-crc64ecma`, as for an upload merged after the headers went out. */
  readonly completeWithoutCrc64?: boolean | undefined;
  /** How CompleteMultipartUpload takes its time; the object is there when the last space is sent. Left out: no time. */
  readonly merging?: Merging | undefined;
  /** Uploads on one page of their listing at most; left out: as many as were asked for. */
  readonly uploadsPageMax?: number | undefined;
}

export interface Merging {
  readonly spaces: number;
  readonly everyMs: number;
}

export type Versioning = 'Enabled' | 'Suspended';

export interface CosBucket {
  readonly name: string;
  readonly options: CosBucketOptions;
  readonly store: ObjectStore;
  readonly uploads: UploadLedger;
  readonly receiving: ReceiveOptions;
  /** Once set it can be suspended, but never unset. */
  versioning: Versioning | undefined;
}

export interface BucketSurroundings {
  readonly crc64: Crc64;
  readonly directory: string | undefined;
}

export function createBucket(
  name: string,
  options: CosBucketOptions,
  { crc64, directory }: BucketSurroundings,
): CosBucket {
  return {
    name,
    options,
    store: options.store ?? memoryStore(),
    uploads: uploadLedger(),
    receiving: { crc64, directory, discard: options.discardBodies, withoutMd5: options.etagsWithoutMd5 },
    versioning: options.versioning,
  };
}

/** `x-cos-version-id` of a new object; only while versioning is enabled. */
export function versionHeaders(bucket: CosBucket): Record<string, string> {
  return bucket.versioning === 'Enabled' ? { 'x-cos-version-id': randomBytes(32).toString('base64url') } : {};
}
