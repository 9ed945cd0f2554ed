/**
 * An `ObjectSource` over Alibaba Cloud OSS: requests signed by ali-oss, on connections of our own, for the SDK's cost five
 * times as much, know no signals and cannot reach keys with `..`.
 */
import { resolveEndpoint } from '../../core/endpoint.ts';
import { encodeKey, encodeStrictly } from '../../core/keys.ts';
import type { SourceAttributes } from '../../core/object.ts';
import type {
  Content,
  ListRequest,
  ObjectSource,
  ReadRequest,
  SourceObject,
  SourcePage,
} from '../../ports/object-source.ts';
import { httpClient } from '../http/client.ts';
import { PAGE_BODY, parsedPage } from '../http/page-body.ts';
import * as store from '../http/store-call.ts';
import type { HttpClient, HttpResponse } from '../http/types.ts';
import { sourceAttributes } from './attributes.ts';
import { OSS_DIALECT } from './errors.ts';
import type { OssOptions } from './options.ts';
import { parsePage } from './page.ts';
import { signedV1 } from './signing-v1.ts';
import { type Signer, v4Signer } from './signing-v4.ts';
import { parseTagging } from './tags.ts';

/** Contents up to this arrive as bytes: as fast as a stream, and a retry of the write needs no second read. */
const BUFFERED_BYTES_MAX = 256 * 1024;

/** Ten tags of 128 and 256 characters, and errors. */
const TAGS_BYTES_MAX = 64 * 1024;
const CONNECT_TIMEOUT_MS_MAX = 10_000;

interface Asked {
  readonly method: 'GET' | 'HEAD';
  readonly operation: string;
  readonly key?: string;
  /** Names in order, and values as they are; `null`: a name without a value. */
  readonly query?: Readonly<Record<string, string | null>>;
  readonly headers?: readonly string[];
  readonly bufferBytesMax?: number;
  readonly allocate?: (bytes: number) => Buffer;
  readonly signal: AbortSignal;
}

export class OssObjectSource implements ObjectSource {
  readonly #options: OssOptions;
  readonly #http: HttpClient;
  readonly #call: store.Call;
  readonly #signV4: Signer;

  constructor(options: OssOptions) {
    const { bucket, region, endpoint, connectionsMax, timeoutMs } = options;
    const target = resolveEndpoint({ bucket, regionHost: `${region}.aliyuncs.com`, endpoint });
    const connectTimeoutMs = Math.min(timeoutMs, CONNECT_TIMEOUT_MS_MAX);
    this.#options = options;
    this.#http = httpClient(target, { connectionsMax, connectTimeoutMs });
    this.#call = store.storeCall(this.#http, OSS_DIALECT);
    this.#signV4 = v4Signer(bucket, region);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async list({ prefix, after, keysMax }: ListRequest, signal: AbortSignal): Promise<SourcePage> {
    const subject = this.#subject('ListObjectsV2');
    const { operation } = subject;
    const query = {
      'encoding-type': 'url',
      'list-type': '2',
      'max-keys': String(keysMax),
      prefix,
      'start-after': after,
    };
    const asked = { method: 'GET', operation, query, signal } as const;
    const response = await this.#ask({ ...asked, ...PAGE_BODY });
    return parsedPage(response, subject, (body) => parsePage(body, { prefix, after }), signal);
  }

  async read({ key, ifMatch, range }: ReadRequest, signal: AbortSignal): Promise<SourceObject> {
    const headers = ['accept-encoding', 'identity'];
    if (ifMatch !== undefined) headers.push('if-match', `"${ifMatch}"`);
    if (range !== undefined) headers.push('range', `bytes=${String(range.from)}-${String(range.to - 1)}`);
    const asked = { method: 'GET', operation: 'GetObject', key, headers, signal } as const;
    const response = await this.#ask({ ...asked, bufferBytesMax: BUFFERED_BYTES_MAX });
    const subject = this.#subject('GetObject', key);
    try {
      if (range !== undefined && response.status !== 206) {
        throw store.storeError('invalid', subject, 'the whole object was answered to a range');
      }
      return { attributes: attributesOf(response, subject), content: contentOf(response, subject, signal) };
    } catch (error) {
      store.dropBody(response);
      throw error;
    }
  }

  async head(key: string, signal: AbortSignal): Promise<SourceAttributes> {
    const operation = 'HeadObject';
    const response = await this.#ask({ method: 'HEAD', operation, key, signal });
    return attributesOf(response, this.#subject(operation, key));
  }

  async tags(key: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const subject = this.#subject('GetObjectTagging', key);
    const { operation } = subject;
    const query = { tagging: null };
    const asked = { method: 'GET', operation, key, query, signal } as const;
    const body = await store.bodyOf(await this.#ask(asked), subject, { bytesMax: TAGS_BYTES_MAX, signal });
    return store.parsed(subject, () => parseTagging(body.toString('utf8')));
  }

  #ask(asked: Asked): Promise<HttpResponse> {
    const { method, operation, key, headers = [], signal } = asked;
    const subject = this.#subject(operation, key);
    const path = this.#pathOf(subject);
    const query = store.encoding(subject, () => queryText(asked.query));
    const signed = this.#signed(asked, path, query);
    signed.push(...headers);
    const request = {
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: signed,
      bufferBytesMax: asked.bufferBytesMax ?? TAGS_BYTES_MAX,
      allocate: asked.allocate,
      signal,
      timeoutMs: this.#options.timeoutMs,
    };
    return this.#call(request, subject);
  }

  #signed({ method, key = '', query: parameters }: Asked, path: string, query: string): string[] {
    const { bucket, credentials, clock, signature } = this.#options;
    if (signature !== 'V1') return this.#signV4({ method, path, query }, credentials(), clock.now());
    const subresource = parameters !== undefined && 'tagging' in parameters ? 'tagging' : undefined;
    return signedV1({ method, key, subresource }, bucket, credentials(), clock.now());
  }

  /** An object without a key would be the bucket: its listing must not be taken for a content. */
  #pathOf(subject: store.CallSubject): string {
    const { key } = subject;
    if (key === undefined) return '/';
    if (key === '') throw store.storeError('key_illegal', subject, 'the key is empty');
    return `/${store.encoding(subject, () => encodeKey(key))}`;
  }

  #subject(operation: string, key?: string): store.CallSubject {
    return { operation, bucket: this.#options.bucket, key };
  }
}

function attributesOf(response: HttpResponse, subject: store.CallSubject): SourceAttributes {
  const attributes = sourceAttributes(response);
  if (attributes === undefined)
    throw store.storeError('unavailable', subject, 'the answer does not tell the size');
  return attributes;
}

function contentOf({ body }: HttpResponse, subject: store.CallSubject, signal: AbortSignal): Content {
  if (body.kind === 'bytes') return body;
  const { size, chunks } = body;
  if (size === undefined)
    throw store.storeError('unavailable', subject, 'the answer does not tell its length');
  return {
    kind: 'stream',
    size,
    chunks: store.storeChunks(chunks, subject, signal),
    destroy: () => chunks.destroy(),
  };
}

function queryText(query: Asked['query'] = {}): string {
  let text = '';
  for (const [name, value] of Object.entries(query)) {
    text += `${text === '' ? '' : '&'}${name}${value === null ? '' : `=${encodeStrictly(value)}`}`;
  }
  return text;
}
