/** The contract of the HTTP transport: what the adapters of OSS and COS ask of it, and nothing more. */

export interface HttpTarget {
  /** `http(s)://address:port`: where connections go. */
  readonly origin: string;
  /** The `Host` header, and the server name that TLS asks for and checks. */
  readonly host: string;
}

export interface HttpOptions {
  /** Connections at once; further requests wait their turn, which only their signal cuts short. */
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  /** Certificates to trust instead of the well-known ones, in PEM. */
  readonly ca?: string;
}

/** Buffers are sent as they are and must not change until the request has ended. */
export type RequestBody =
  Buffer | readonly Buffer[] | { readonly size: number; readonly chunks: AsyncIterable<Buffer> };

export interface HttpRequest {
  readonly method: string;
  /** Path and query, percent-encoded, sent as is. */
  readonly path: string;
  /** Name, value, name, value …, sent as Latin-1, without `Host` and `Content-Length`: these are set here. */
  readonly headers: readonly string[];
  readonly body?: RequestBody | undefined;
  /** An answer of a Content-Length up to this many bytes arrives in one Buffer; default 64 KiB. */
  readonly bufferBytesMax?: number;
  /** Where an answer that arrives in one Buffer is put, asked once its length is known; default memory of its own. */
  readonly allocate?: ((bytes: number) => Buffer) | undefined;
  readonly signal: AbortSignal;
  /** No byte moved either way for this long is an `HttpTimeoutError`. A slow consumer of a stream is not. */
  readonly timeoutMs: number;
}

/** A chunk holds until the next one is asked for: then its memory is used again. */
export interface BodyStream extends AsyncIterable<Buffer> {
  /** Drops what has not been read, and the connection with it. */
  destroy(): void;
}

/** A stream must be read to its end or destroyed, for it holds a connection. */
export type ResponseBody =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly size: number | undefined; readonly chunks: BodyStream };

export interface HttpResponse {
  readonly status: number;
  /** The first header of that lower-case name; bytes are decoded as Latin-1. */
  header(name: string): string | undefined;
  /** All headers, names in lower case. */
  headers(): Iterable<[string, string]>;
  readonly body: ResponseBody;
}

/**
 * One request, one answer, no retry. Rejects with `HttpTimeoutError`, `HttpConnectionError` (also where the
 * server closed an idle connection just then) or `HttpAbortError`; an answer of any status is no error.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends all connections; requests in flight fail. */
  close(): Promise<void>;
}
