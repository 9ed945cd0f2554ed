/** Options of the OSS stand-in, and what its actions are handed. */
import type { Crc64 } from '../kernel/crc64.ts';
import type { Answer, StandinRequest } from '../kernel/http.ts';
import type { Body, ObjectType } from '../kernel/object.ts';
import type { ObjectStore } from '../kernel/store.ts';

export interface Credential {
  readonly id: string;
  readonly secret: string;
  /** Of temporary credentials: must then come with every request. */
  readonly securityToken?: string;
  /** Names of allowed actions; absent: all. As in RAM, 'GetObject' also allows HeadObject and GetSymlink. */
  readonly allow?: readonly string[];
}

export interface BucketOptions {
  /** As in the host name, e.g. 'oss-cn-hangzhou'. */
  readonly region: string;
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Ids of the credentials that may use this bucket; absent: all. */
  readonly credentials?: readonly string[];
  /** Bodies of uploads are counted and checksummed, not kept. */
  readonly discardBodies?: boolean;
  /** Instead of an empty one, e.g. `generatedStore`. */
  readonly store?: ObjectStore;
}

export interface OssOptions {
  readonly port?: number | undefined;
  readonly buckets: Readonly<Record<string, BucketOptions>>;
  readonly credentials: readonly Credential[];
  /** Bodies of uploads become files in here. */
  readonly directory?: string | undefined;
  /** Of the dice of the faults. */
  readonly seed?: number | undefined;
  readonly now?: (() => Date) | undefined;
  /** How `encoding-type=url` writes a space. The SDKs for Java and Go read both, so a client must too. Default '+'. */
  readonly spaceInListing?: '+' | '%20';
}

export interface Seed {
  readonly key: string;
  /** A string is UTF-8. */
  readonly body: Buffer | string | Body;
  readonly headers?: Readonly<Record<string, string>>;
  readonly meta?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Standard (default), IA, Archive, ColdArchive, DeepColdArchive. */
  readonly storageClass?: string;
  readonly type?: ObjectType;
  readonly symlinkTarget?: string;
  readonly restored?: boolean;
  /** Kept in whole seconds, as OSS does. */
  readonly lastModified?: Date;
  /** As objects from before OSS computed checksums. */
  readonly withoutCrc64?: boolean;
}

export interface OssBucket {
  readonly name: string;
  readonly options: BucketOptions;
  readonly store: ObjectStore;
}

export interface ActionContext {
  readonly request: StandinRequest;
  readonly bucket: OssBucket;
  readonly crc64: Crc64;
  readonly now: () => Date;
  readonly directory: string | undefined;
  readonly spaceInListing: '+' | '%20';
}

export type Action = (context: ActionContext) => Promise<Answer> | Answer;
