/** An `ObjectSink` in memory, for tests and simulation: refuses what COS refuses, and shows what it holds. Faults are not in here: wrap it. */
import { createHash } from 'node:crypto';
import type { StoreErrorCode } from '../../core/errors.ts';
import { compareKeys } from '../../core/keys.ts';
import type { ObjectVersion, TargetAttributes } from '../../core/object.ts';
import type * as port from '../../ports/object-sink.ts';
import type { ListRequest } from '../../ports/object-source.ts';
import { bytesOf, joined, type MemoryBody } from './body.ts';
import { contentBody } from './content.ts';
import {
  chosenParts,
  isPartNumber,
  refusedAttributes,
  refusedKey,
  refusedSize,
  type StoredPart,
} from './cos-rules.ts';
import { pageOf, refusal, turn } from './page.ts';

export interface SunkObject extends TargetAttributes {
  readonly body: MemoryBody;
  /** @throws RangeError where the body is larger than memory. */
  readonly bytes: Buffer;
  readonly crc64: string;
  readonly lastModifiedMs: number;
}

export interface OpenUpload {
  readonly key: string;
  readonly initiatedMs: number;
  readonly attributes: TargetAttributes;
  readonly parts: ReadonlyMap<number, StoredPart>;
}

export interface MemorySinkOptions {
  readonly versioning?: port.Versioning;
  /** Stamps what is written. */
  readonly nowMs?: () => number;
  /** Of all parts but the last; what COS wants where it is left out. */
  readonly partBytesMin?: number;
}

interface MemoryCompletion {
  readonly forbidOverwrite: boolean;
  /** How the parts take their time: the upload is gone already, the object is there afterwards. */
  readonly merge?: () => Promise<void>;
}

export class MemoryObjectSink implements port.ObjectSink {
  /** What is there now, by key. */
  readonly objects = new Map<string, SunkObject>();
  /** Requests since the start, by operation. */
  readonly requests = new Map<string, number>();
  readonly #uploads = new Map<string, OpenUpload & { readonly parts: Map<number, StoredPart> }>();
  readonly #versioning: port.Versioning;
  readonly #nowMs: () => number;
  readonly #partBytesMin: number | undefined;
  #uploadCount = 0;

  constructor({
    versioning = 'never',
    nowMs = () => 1_767_225_600_000,
    partBytesMin,
  }: MemorySinkOptions = {}) {
    this.#versioning = versioning;
    this.#nowMs = nowMs;
    this.#partBytesMin = partBytesMin;
  }

  /** Uploads begun, and neither completed nor aborted, by id. */
  get openUploads(): ReadonlyMap<string, OpenUpload> {
    return this.#uploads;
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<port.TargetPage> {
    await this.#enter('GetBucket', signal);
    const { keys, truncated, next } = pageOf([...this.objects.keys()].sort(compareKeys), request);
    const entries = keys.map((key) => ({ key, version: versionOf(this.objects.get(key), false) }));
    return { entries, truncated, next };
  }

  async head(key: string, signal: AbortSignal): Promise<port.TargetAttributesFound | undefined> {
    await this.#enter('HeadObject', signal);
    const object = this.objects.get(key);
    return object === undefined ? undefined : { version: versionOf(object, true), metadata: object.metadata };
  }

  async write(request: port.WriteRequest, signal: AbortSignal): Promise<port.Written> {
    const operation = 'PutObject';
    const { key, content, attributes, contentMd5, forbidOverwrite } = request;
    await this.#enter(operation, signal);
    refuse(
      operation,
      key,
      refusedKey(key) ??
        refusedSize(content) ??
        refusedAttributes(attributes) ??
        this.#refusedOverwrite(key, forbidOverwrite),
    );
    const body = await contentBody(content, signal);
    if (body === undefined) throw refusal('corrupt', operation, key);
    const isCorrupt = contentMd5 !== undefined && md5Of(body) !== contentMd5;
    refuse(operation, key, isCorrupt ? 'corrupt' : this.#refusedOverwrite(key, forbidOverwrite));
    return this.#store(key, body, attributes);
  }

  async begin(key: string, attributes: TargetAttributes, signal: AbortSignal): Promise<port.MultipartUpload> {
    const operation = 'InitiateMultipartUpload';
    await this.#enter(operation, signal);
    refuse(operation, key, refusedKey(key) ?? refusedAttributes(attributes));
    const uploadId = `upload-${String(++this.#uploadCount)}`;
    this.#uploads.set(uploadId, { key, initiatedMs: this.#nowMs(), attributes, parts: new Map() });
    return { key, uploadId };
  }

  async writePart(
    { upload, partNumber, content }: port.PartRequest,
    signal: AbortSignal,
  ): Promise<port.Part> {
    const operation = 'UploadPart';
    await this.#enter(operation, signal);
    if (!isPartNumber(partNumber)) throw refusal('invalid', operation, upload.key);
    refuse(operation, upload.key, refusedSize(content));
    this.#pending(operation, upload);
    const body = await contentBody(content, signal);
    if (body === undefined) throw refusal('corrupt', operation, upload.key);
    const crc64 = await body.crc64();
    const etag = `etag-${crc64}`;
    this.#pending(operation, upload).parts.set(partNumber, { etag, body });
    return { partNumber, etag, crc64 };
  }

  async complete(
    upload: port.MultipartUpload,
    parts: readonly port.Part[],
    { forbidOverwrite, merge }: MemoryCompletion,
    signal: AbortSignal,
  ): Promise<port.Written> {
    const operation = 'CompleteMultipartUpload';
    const { key, uploadId } = upload;
    await this.#enter(operation, signal);
    const pending = this.#pending(operation, upload);
    const chosen = chosenParts(pending.parts, parts, this.#partBytesMin);
    if (chosen === undefined) throw refusal('invalid', operation, key);
    refuse(operation, key, this.#refusedOverwrite(key, forbidOverwrite));
    this.#uploads.delete(uploadId);
    await merge?.();
    return this.#store(key, joined(chosen.map(({ body }) => body)), pending.attributes);
  }

  async abort({ key, uploadId }: port.MultipartUpload, signal: AbortSignal): Promise<void> {
    await this.#enter('AbortMultipartUpload', signal);
    if (this.#uploads.get(uploadId)?.key === key) this.#uploads.delete(uploadId);
  }

  async uploads(key: string, signal: AbortSignal): Promise<port.PendingUpload[]> {
    await this.#enter('ListMultipartUploads', signal);
    const found = [...this.#uploads].filter(([, upload]) => upload.key === key);
    return found
      .map(([uploadId, { initiatedMs }]) => ({ key, uploadId, initiatedMs }))
      .sort((a, b) => a.initiatedMs - b.initiatedMs);
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#enter('DeleteObject', signal);
    this.objects.delete(key);
  }

  async versioning(signal: AbortSignal): Promise<port.Versioning> {
    await this.#enter('GetBucketVersioning', signal);
    return this.#versioning;
  }

  async #enter(operation: string, signal: AbortSignal): Promise<void> {
    this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);
    await turn(signal);
  }

  #pending(
    operation: string,
    { key, uploadId }: port.MultipartUpload,
  ): OpenUpload & { readonly parts: Map<number, StoredPart> } {
    const upload = this.#uploads.get(uploadId);
    if (upload?.key !== key) throw refusal('gone', operation, key);
    return upload;
  }

  /** As in COS, the wish counts for nothing where the bucket ever had versioning. */
  #refusedOverwrite(key: string, forbidOverwrite: boolean): StoreErrorCode | undefined {
    return forbidOverwrite && this.#versioning === 'never' && this.objects.has(key) ? 'exists' : undefined;
  }

  async #store(key: string, body: MemoryBody, attributes: TargetAttributes): Promise<port.Written> {
    const crc64 = await body.crc64();
    const lastModifiedMs = this.#nowMs();
    this.objects.set(key, {
      ...attributes,
      body,
      get bytes() {
        return bytesOf(body);
      },
      crc64,
      lastModifiedMs,
    });
    return { crc64, requestId: undefined };
  }
}

function refuse(operation: string, key: string, code: StoreErrorCode | undefined): void {
  if (code !== undefined) throw refusal(code, operation, key);
}

function md5Of(body: MemoryBody): string {
  const md5 = createHash('md5');
  for (const chunk of body.chunks()) md5.update(chunk);
  return md5.digest('base64');
}

/** A listing does not tell the CRC-64. */
function versionOf(object: SunkObject | undefined, withCrc64: boolean): ObjectVersion {
  const { body, lastModifiedMs, crc64 } = object ?? {};
  return { size: body?.size, lastModifiedMs, ...(withCrc64 ? { crc64 } : {}) };
}
