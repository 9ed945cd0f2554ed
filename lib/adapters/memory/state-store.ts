/** A `StateStore` in memory, for tests and simulation. Several may share what is in it, as handles to one bucket. */
import { compareKeys } from '../../core/keys.ts';
import { stateBytesMax } from '../../core/layout.ts';
import type { PutOptions, StatePart, StateStore, StateUpload } from '../../ports/state-store.ts';
import { COS_PARTS } from '../../core/parts.ts';
import { chosenParts, isPartNumber, refusedKey, type StoredPart } from './cos-rules.ts';
import { bytesOf, HeldBody, joined } from './body.ts';
import { memoryContent } from './content.ts';
import { refusal, turn } from './page.ts';

export interface StateObject {
  readonly bytes: Buffer;
  readonly contentType: string;
}

interface OpenUpload {
  readonly key: string;
  readonly contentType: string;
  readonly parts: Map<number, StoredPart>;
}

/** What several handles share. */
export interface StateBucket {
  readonly objects: Map<string, StateObject>;
  readonly uploads: Map<string, OpenUpload>;
  /** Uploads so far. */
  begun: number;
  readonly partBytesMin: number;
}

/** Simulations write parts of a few bytes. */
export function newStateBucket(partBytesMin: number = COS_PARTS.partBytesMin): StateBucket {
  return { objects: new Map(), uploads: new Map(), begun: 0, partBytesMin };
}

export class MemoryStateStore implements StateStore {
  readonly bucket: StateBucket;

  constructor(bucket: StateBucket = newStateBucket()) {
    this.bucket = bucket;
  }

  get objects(): Map<string, StateObject> {
    return this.bucket.objects;
  }

  async put(
    key: string,
    body: Uint8Array | string,
    { contentType }: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    await turn(signal);
    this.#store(key, Buffer.from(body as Uint8Array), contentType);
  }

  async beginUpload(key: string, { contentType }: PutOptions, signal: AbortSignal): Promise<StateUpload> {
    await turn(signal);
    const refused = refusedKey(key);
    if (refused !== undefined) throw refusal(refused, 'InitiateMultipartUpload', key);
    const uploadId = `upload-${String(++this.bucket.begun)}`;
    this.bucket.uploads.set(uploadId, { key, contentType, parts: new Map() });
    return { key, uploadId };
  }

  async writePart({ upload, partNumber, bytes }: StatePart, signal: AbortSignal): Promise<string> {
    await turn(signal);
    const { parts } = this.#upload(upload, 'UploadPart');
    if (!isPartNumber(partNumber)) throw refusal('invalid', 'UploadPart', upload.key);
    const body = new HeldBody(Buffer.from(bytes));
    const etag = body.digest().toString('hex');
    parts.set(partNumber, { etag, body });
    return etag;
  }

  async completeUpload(upload: StateUpload, etags: readonly string[], signal: AbortSignal): Promise<void> {
    await turn(signal);
    const { key, contentType, parts } = this.#upload(upload, 'CompleteMultipartUpload');
    const named = etags.map((etag, i) => ({ partNumber: i + 1, etag }));
    const chosen = chosenParts(parts, named, this.bucket.partBytesMin);
    if (chosen === undefined) throw refusal('invalid', 'CompleteMultipartUpload', key);
    this.bucket.uploads.delete(upload.uploadId);
    this.#store(key, bytesOf(joined(chosen.map(({ body }) => body))), contentType);
  }

  async abortUpload(upload: StateUpload, signal: AbortSignal): Promise<void> {
    await turn(signal);
    this.bucket.uploads.delete(upload.uploadId);
  }

  async get(key: string, signal: AbortSignal): Promise<Buffer | undefined> {
    await turn(signal);
    const object = this.objects.get(key);
    if (object === undefined) return undefined;
    if (object.bytes.length > stateBytesMax(key)) throw refusal('too_large', 'GetObject', key);
    return Buffer.from(object.bytes);
  }

  async getStream(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    await turn(signal);
    const object = this.objects.get(key);
    if (object === undefined) return undefined;
    const content = memoryContent(new HeldBody(object.bytes), { bufferedBytesMax: -1, signal });
    return content.kind === 'stream' ? content.chunks : undefined;
  }

  async list(prefix: string, signal: AbortSignal): Promise<string[]> {
    await turn(signal);
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await turn(signal);
    this.objects.delete(key);
  }

  #upload({ key, uploadId }: StateUpload, operation: string): OpenUpload {
    const upload = this.bucket.uploads.get(uploadId);
    if (upload?.key !== key) throw refusal('gone', operation, key);
    return upload;
  }

  #store(key: string, bytes: Buffer, contentType: string): void {
    const refused = refusedKey(key);
    if (refused !== undefined) throw refusal(refused, 'PutObject', key);
    this.objects.set(key, { bytes, contentType });
  }
}
