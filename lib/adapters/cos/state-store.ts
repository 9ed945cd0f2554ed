/** A `StateStore` over a COS bucket. */
import { createHash } from 'node:crypto';
import { StoreError } from '../../core/errors.ts';
import { stateBytesMax } from '../../core/layout.ts';
import type { TargetAttributes } from '../../core/object.ts';
import type { PutOptions, StatePart, StateStore, StateUpload } from '../../ports/state-store.ts';
import * as store from '../http/store-call.ts';
import type { HttpResponse } from '../http/types.ts';
import { checkKey } from './attributes.ts';
import { CosClient } from './client.ts';
import { abortUpload, removeObject } from './control.ts';
import { listPage } from './list.ts';
import type { StoreOptions } from '../http/store-options.ts';
import { beginUpload, completeUpload, putObject, putPart } from './write.ts';

const BUFFERED_BYTES_MAX = 1024 * 1024;
const PAGE_KEYS = 1_000;

export class CosStateStore implements StateStore {
  readonly #client: CosClient;

  constructor(options: StoreOptions) {
    this.#client = new CosClient(options);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async put(key: string, body: Uint8Array | string, options: PutOptions, signal: AbortSignal): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const attributes = stateAttributes(options);
    const content = { kind: 'bytes', bytes } as const;
    const contentMd5 = md5Of(bytes);
    await putObject(this.#client, { key, content, attributes, contentMd5, forbidOverwrite: false }, signal);
  }

  beginUpload(key: string, options: PutOptions, signal: AbortSignal): Promise<StateUpload> {
    return beginUpload(this.#client, key, stateAttributes(options), signal);
  }

  async writePart({ upload, partNumber, bytes }: StatePart, signal: AbortSignal): Promise<string> {
    const content = { kind: 'bytes', bytes } as const;
    return (await putPart(this.#client, { upload, partNumber, content }, signal, md5Of(bytes))).etag;
  }

  async completeUpload(upload: StateUpload, etags: readonly string[], signal: AbortSignal): Promise<void> {
    const parts = etags.map((etag, i) => ({ partNumber: i + 1, etag }));
    await completeUpload(this.#client, upload, parts, { forbidOverwrite: false, signal });
  }

  abortUpload(upload: StateUpload, signal: AbortSignal): Promise<void> {
    return abortUpload(this.#client, upload, signal);
  }

  /** A body of a length that is told is read straight into its place: it is in memory once. */
  async get(key: string, signal: AbortSignal): Promise<Buffer | undefined> {
    const bytesMax = stateBytesMax(key);
    const response = await this.#open(key, signal, bytesMax);
    if (response === undefined) return undefined;
    const subject = this.#client.subject('GetObject', key);
    const { body } = response;
    const bytes = body.kind === 'bytes' ? body.bytes.length : body.size;
    if (bytes === undefined || bytes <= bytesMax)
      return store.bodyOf(response, subject, { bytesMax, signal });
    store.dropBody(response);
    throw store.storeError(
      'too_large',
      subject,
      `it has ${String(bytes)} bytes, its kind ${String(bytesMax)} at most`,
    );
  }

  async getStream(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    const response = await this.#open(key, signal, BUFFERED_BYTES_MAX);
    if (response === undefined) return undefined;
    const { body } = response;
    if (body.kind === 'stream')
      return copies(store.storeChunks(body.chunks, this.#client.subject('GetObject', key), signal));
    return once(body.bytes);
  }

  async list(prefix: string, signal: AbortSignal): Promise<string[]> {
    const keys: string[] = [];
    let after: string | undefined = '';
    while (after !== undefined) {
      const request = { prefix, after, keysMax: PAGE_KEYS };
      const page: { readonly next: string | undefined; readonly entries: readonly string[] } = await listPage(
        this.#client,
        request,
        ({ key }) => key,
        signal,
      );
      keys.push(...page.entries);
      after = page.next;
    }
    return keys;
  }

  remove(key: string, signal: AbortSignal): Promise<void> {
    return removeObject(this.#client, key, signal);
  }

  async #open(key: string, signal: AbortSignal, bufferBytesMax: number): Promise<HttpResponse | undefined> {
    checkKey(key, this.#client.subject('GetObject', key));
    const headers = ['accept-encoding', 'identity'];
    const asked = { method: 'GET', operation: 'GetObject', key, headers } as const;
    try {
      return await this.#client.ask({ ...asked, bufferBytesMax }, signal);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'gone') return undefined;
      throw error;
    }
  }
}

/** COS refuses a body that was changed on its way. */
function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

function stateAttributes({ contentType }: PutOptions): TargetAttributes {
  return { headers: { 'content-type': contentType }, metadata: {}, tags: {}, storageClass: 'STANDARD' };
}

/** Who decompresses them asks for more than it has used. */
async function* copies(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield await Promise.resolve(bytes);
}
