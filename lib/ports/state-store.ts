/** Small objects that hold the truth of a task (manifests, results, report), and large ones written as a stream. */

export interface StateStore {
  put(key: string, body: Uint8Array | string, options: PutOptions, signal: AbortSignal): Promise<void>;
  /**
   * Writes an object of unknown length, in constant memory; nothing is visible under the key before the end.
   * An empty sequence writes an empty object.
   */
  putStream(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void>;
  /** Undefined where there is no such object. */
  get(key: string, signal: AbortSignal): Promise<Buffer | undefined>;
  /** The body as a stream, for objects of any size; undefined where there is no such object. */
  getStream(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** All keys under a prefix, in UTF-8 byte order. For prefixes that hold few keys. */
  list(prefix: string, signal: AbortSignal): Promise<string[]>;
  /** Of a missing key succeeds. */
  remove(key: string, signal: AbortSignal): Promise<void>;
}

export interface PutOptions {
  readonly contentType: string;
}
