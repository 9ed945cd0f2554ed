/** Where objects come from. There is no method that writes: the source is never changed. */
import type { Entry, SourceAttributes } from '../core/object.ts';

export interface ListRequest {
  readonly prefix: string;
  /** Only keys strictly after this, in UTF-8 byte order; '' lists from the start. */
  readonly after: string;
  /** 1-1,000. */
  readonly keysMax: number;
}

export interface SourcePage {
  /** In UTF-8 byte order, without gap; the caller's own, who may empty it. */
  readonly entries: Entry[];
  /** Whether keys follow; a page may be empty and truncated. */
  readonly truncated: boolean;
  /** Where the next page starts (the last key looked at); set when truncated. */
  readonly next: string | undefined;
}

/** Bytes in memory, or a stream with back-pressure that yields exactly `size` bytes or throws; a chunk holds until the next one is asked for. */
export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'stream';
      readonly size: number;
      readonly chunks: AsyncIterable<Uint8Array>;
      destroy(): void;
    };

export interface ReadRequest {
  readonly key: string;
  /** Read this version alone, else `stale`. */
  readonly ifMatch?: string | undefined;
  /** Half-open byte range of the object. */
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  /** What the listing said of the size: a limiter can wait before the read. */
  readonly expectedBytes?: number | undefined;
}

export interface SourceObject {
  readonly attributes: SourceAttributes;
  /** Small contents arrive as bytes, so that a retry of the write needs no second read. */
  readonly content: Content;
}

/**
 * Alibaba Cloud OSS, or a stand-in for it. Errors are `StoreError`: `denied`, `missing_bucket`, `gone`, `stale`,
 * `archived`, `throttled`, `unavailable`, `timeout`, `invalid` (a range of which the object has nothing), `unknown`.
 * Every call ends soon after its signal aborts. (ListObjectsV2, GetObject, HeadObject, GetObjectTagging of the OSS API
 * reference.)
 */
export interface ObjectSource {
  list(request: ListRequest, signal: AbortSignal): Promise<SourcePage>;
  read(request: ReadRequest, signal: AbortSignal): Promise<SourceObject>;
  head(key: string, signal: AbortSignal): Promise<SourceAttributes>;
  tags(key: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
}
