/** One COS bucket on the wire: signed requests of our own where it is hot, and the vendor's SDK for control calls. */
import COS from 'cos-nodejs-sdk-v5';
import { type Credentials, type Endpoint, resolveEndpoint } from '../../core/endpoint.ts';
import { StoreError } from '../../core/errors.ts';
import { encodeKey } from '../../core/keys.ts';
import { httpClient } from '../http/client.ts';
import * as store from '../http/store-call.ts';
import type { HttpClient, HttpResponse, RequestBody } from '../http/types.ts';
import { COS_DIALECT, sdkError } from './errors.ts';
import type { CosOptions } from './options.ts';
import { encodeStrictly, type Signer, signer } from './signing.ts';

const CONNECT_TIMEOUT_MS_MAX = 10_000;
const BUFFERED_BYTES_MAX = 64 * 1024;
const NO_QUERY: readonly (readonly [string, string])[] = [];

export interface Asked {
  readonly method: 'GET' | 'PUT' | 'POST';
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
}

export class CosClient {
  readonly #options: CosOptions;
  readonly #endpoint: Endpoint;
  readonly #http: HttpClient;
  readonly #call: store.Call;
  readonly #sign: Signer = signer();
  #sdk: COS | undefined;

  constructor(options: CosOptions) {
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
    const { path, authorization } = store.encoding(subject, () => this.#signed(asked, keys));
    const headers = ['authorization', authorization];
    if (keys.securityToken !== undefined) headers.push('x-cos-security-token', keys.securityToken);
    if (contentMd5 !== undefined) headers.push('content-md5', contentMd5);
    if (asked.headers !== undefined) headers.push(...asked.headers);
    const request = {
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body }),
      bufferBytesMax: asked.bufferBytesMax ?? BUFFERED_BYTES_MAX,
      signal,
      timeoutMs: this.#options.timeoutMs,
    };
    return this.#call(request, subject);
  }

  #signed(asked: Asked, keys: Credentials): { readonly path: string; readonly authorization: string } {
    const { method, key = '', query = NO_QUERY, contentMd5 } = asked;
    const host = ['host', this.#endpoint.host] as const;
    const headers = contentMd5 === undefined ? [host] : [['content-md5', contentMd5] as const, host];
    const authorization = this.#sign({ method, key, query, headers }, keys, this.#options.clock.now());
    return { path: pathOf(key, query), authorization };
  }

  /**
   * A control call through the SDK, for what is rare and does no harm when it is done twice: the SDK sends again, at
   * once and up to three times, what failed with 5xx or without an answer. It knows neither signals nor a limit on
   * all of that: the call ends here, and what the SDK still does ends by itself.
   */
  async viaSdk<T>(
    subject: store.CallSubject,
    send: (sdk: COS, at: { readonly Bucket: string; readonly Region: string }) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { bucket, region, clock, timeoutMs } = this.#options;
    signal.throwIfAborted();
    const sdk = (this.#sdk ??= this.#openSdk());
    const settled = new AbortController();
    const settle = (): void => {
      settled.abort();
    };
    signal.addEventListener('abort', settle);
    const timeout = clock.sleep(timeoutMs, settled.signal).then(() => {
      throw store.storeError('timeout', subject, 'there was no answer in time');
    });
    try {
      return await Promise.race([send(sdk, { Bucket: bucket, Region: region }), timeout]);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof StoreError ? error : sdkError(error, subject);
    } finally {
      signal.removeEventListener('abort', settle);
      settle();
    }
  }

  /** It asks us for every signature, so that keys are always fresh; it may not leave the endpoint for another host. */
  #openSdk(): COS {
    const { credentials, clock, timeoutMs } = this.#options;
    const { origin, host } = this.#endpoint;
    const [scheme, authority = host] = origin.split('://');
    const isAddress = !authority.startsWith(host);
    return new COS({
      Protocol: scheme === 'http' ? 'http:' : 'https:',
      Domain: isAddress ? host : authority,
      ...(isAddress ? { Ip: authority } : {}),
      Timeout: timeoutMs,
      KeepAlive: true,
      UseRawKey: true,
      AutoSwitchHost: false,
      CorrectClockSkew: false,
      getAuthorization: ({ Method, Key, Query }, answer) => {
        const keys = credentials();
        const query = Object.entries(Query);
        query.sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
        const headers = [['host', isAddress ? host : authority]] as const;
        const Authorization = this.#sign({ method: Method, key: Key, query, headers }, keys, clock.now());
        const signed: SdkSignature = { Authorization, SecurityToken: keys.securityToken };
        (answer as (signature: SdkSignature) => void)(signed);
      },
    });
  }
}

/** What the SDK takes from `getAuthorization`; its types leave it out. */
interface SdkSignature {
  readonly Authorization: string;
  readonly SecurityToken: string | undefined;
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
