/** Small objects that hold the truth of a task (manifests, results, report), and large ones written in parts. */

export interface StateStore {
  put(key: string, body: Uint8Array | string, options: PutOptions, signal: AbortSignal): Promise<void>;
  /** Begins an object that is written in parts, by any process; nothing is visible under the key before `completeUpload`. */
  beginUpload(key: string, options: PutOptions, signal: AbortSignal): Promise<StateUpload>;
  /**
   * Writes part 1-10,000, of at least 1 MiB but for the last, in place of an earlier one of this number; answers its
   * ETag, which equal bytes have in common. `gone` where the upload was completed or aborted.
   */
  writePart(part: StatePart, signal: AbortSignal): Promise<string>;
  /** `etags` of the parts from 1 on: `invalid` where another part stands in one's place; `gone` as above. */
  completeUpload(upload: StateUpload, etags: readonly string[], signal: AbortSignal): Promise<void>;
  /** Of one that is gone succeeds. */
  abortUpload(upload: StateUpload, signal: AbortSignal): Promise<void>;
  /** Undefined where there is no such object; `too_large` where no object of its kind is (`stateBytesMax`). */
  get(key: string, signal: AbortSignal): Promise<Buffer | undefined>;
  /** The body as a stream, for objects of any size; undefined where there is no such object. */
  getStream(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** All keys under a prefix, in UTF-8 byte order. For prefixes that hold few keys. */
  list(prefix: string, signal: AbortSignal): Promise<string[]>;
  /** Of a missing key succeeds. */
  remove(key: string, signal: AbortSignal): Promise<void>;
}

export interface StateUpload {
  readonly key: string;
  readonly uploadId: string;
}

export interface StatePart {
  readonly upload: StateUpload;
  readonly partNumber: number;
  readonly bytes: Uint8Array;
}

export interface PutOptions {
  readonly contentType: string;
}
