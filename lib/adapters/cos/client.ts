/**
 * One COS bucket on the wire: requests signed by cos-nodejs-sdk-v5, on connections of our own. The SDK itself sends failed
 * requests again up to three times, also after its caller has given up, so that a late DELETE may meet a newer object.
 */
import { type Credentials, type Endpoint, resolveEndpoint } from '../../core/endpoint.ts';
import { encodeKey, encodeStrictly } from '../../core/keys.ts';
import { httpClient } from '../http/client.ts';
import * as store from '../http/store-call.ts';
import type { HttpClient, HttpResponse, RequestBody } from '../http/types.ts';
import { COS_DIALECT } from './errors.ts';
import type { StoreOptions } from '../http/store-options.ts';
import { objectSigner } from './object-signing.ts';
import { authorization } from './signing.ts';

const CONNECT_TIMEOUT_MS_MAX = 10_000;
const BUFFERED_BYTES_MAX = 64 * 1024;
const NO_QUERY: readonly (readonly [string, string])[] = [];

export interface Asked {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly operation: string;
  readonly key?: string;
  /** In order of the lower-case names. */
  readonly query?: readonly (readonly [string, string])[];
  /** Name, value, name, value …; not signed. */
  readonly headers?: readonly string[];
  /** Base64; signed. */
  readonly contentMd5?: string | undefined;
  readonly body?: RequestBody | undefined;
  readonly bufferBytesMax?: number;
  readonly allocate?: (bytes: number) => Buffer;
}

export class CosClient {
  readonly #options: StoreOptions;
  readonly #endpoint: Endpoint;
  readonly #http: HttpClient;
  readonly #call: store.Call;
  readonly #signWrite = objectSigner();

  constructor(options: StoreOptions) {
    const { bucket, region, endpoint, connectionsMax, timeoutMs } = options;
    this.#options = options;
    this.#endpoint = resolveEndpoint({ bucket, regionHost: `cos.${region}.myqcloud.com`, endpoint });
    const connectTimeoutMs = Math.min(timeoutMs, CONNECT_TIMEOUT_MS_MAX);
    this.#http = httpClient(this.#endpoint, { connectionsMax, connectTimeoutMs });
    this.#call = store.storeCall(this.#http, COS_DIALECT);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  subject(operation: string, key?: string): store.CallSubject {
    return { operation, bucket: this.#options.bucket, key };
  }

  /** Rejects with `StoreError` unless the answer is 2xx. */
  async ask(asked: Asked, signal: AbortSignal): Promise<HttpResponse> {
    const { method, operation, contentMd5, body } = asked;
    const subject = this.subject(operation, asked.key);
    const keys = this.#options.credentials();
    const { path, signature } = store.encoding(subject, () => this.#signed(asked, keys));
    const headers = ['authorization', signature];
    if (keys.securityToken !== undefined) headers.push('x-cos-security-token', keys.securityToken);
    if (contentMd5 !== undefined) headers.push('content-md5', contentMd5);
    if (asked.headers !== undefined) headers.push(...asked.headers);
    const request = {
      method,
      path,
      headers,
      body,
      bufferBytesMax: asked.bufferBytesMax ?? BUFFERED_BYTES_MAX,
      allocate: asked.allocate,
      signal,
      timeoutMs: this.#options.timeoutMs,
    };
    return this.#call(request, subject);
  }

  #signed(asked: Asked, keys: Credentials): { readonly path: string; readonly signature: string } {
    const { method, key = '', query = NO_QUERY, contentMd5 } = asked;
    const host = ['host', this.#endpoint.host] as const;
    const headers = contentMd5 === undefined ? [host] : [['content-md5', contentMd5] as const, host];
    const sign = method === 'PUT' ? this.#signWrite : authorization;
    const signature = sign({ method, key, query, headers }, keys, this.#options.clock.now());
    return { path: pathOf(key, query), signature };
  }
}

function pathOf(key: string, query: Asked['query'] = NO_QUERY): string {
  let path = `/${encodeKey(key)}`;
  let separator = '?';
  for (const [name, value] of query) {
    path += `${separator}${name}${value === '' ? '' : `=${encodeStrictly(value)}`}`;
    separator = '&';
  }
  return path;
}
