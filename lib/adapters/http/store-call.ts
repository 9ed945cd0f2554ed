/** Turns what goes wrong between an adapter and its store into the one error that crosses a port. */
import { StoreError, type StoreErrorCode } from '../../core/errors.ts';
import { HttpConnectionError, HttpTimeoutError } from './errors.ts';
import { gathered } from './gather.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './types.ts';
import { textOfChild, XmlError } from './xml.ts';

/** What was asked of whom, for the sentence that a user reads. */
export interface CallSubject {
  /** As the vendor names it: `GetObject`. */
  readonly operation: string;
  readonly bucket: string;
  readonly key?: string | undefined;
}

/** A store's own words for a failure. */
export interface Refusal {
  readonly status: number;
  readonly vendorCode: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

const ERROR_BODY_BYTES_MAX = 64 * 1024;

function describeCall({ operation, bucket, key }: CallSubject): string {
  return `${operation} of ${key === undefined ? '' : `${JSON.stringify(key)} in `}bucket ${bucket}`;
}

export function storeError(
  code: StoreErrorCode,
  subject: CallSubject,
  what: string,
  cause?: unknown,
): StoreError {
  const { operation } = subject;
  return new StoreError(`${describeCall(subject)} failed: ${what}`, { code, operation }, { cause });
}

/** `codes` has the vendor's codes; what it does not know is judged by its status. */
export function refusalError(
  refusal: Refusal,
  subject: CallSubject,
  codes: Readonly<Record<string, StoreErrorCode>>,
  cause?: unknown,
): StoreError {
  const { status, vendorCode, requestId, retryAfterMs } = refusal;
  const known = vendorCode !== undefined && Object.hasOwn(codes, vendorCode) ? codes[vendorCode] : undefined;
  const code = known ?? codeOfStatus(status);
  const message = `${describeCall(subject)} was answered ${vendorCode ?? 'without a code'} (${String(status)})`;
  const { operation } = subject;
  return new StoreError(message, { code, operation, vendorCode, status, requestId, retryAfterMs }, { cause });
}

function codeOfStatus(status: number): StoreErrorCode {
  if (status === 429 || status === 503) return 'throttled';
  if (status >= 500) return 'unavailable';
  const codes: Readonly<Record<number, StoreErrorCode>> = {
    400: 'invalid', 401: 'denied', 403: 'denied', 404: 'gone', 405: 'invalid', 408: 'timeout',
    409: 'busy', 411: 'invalid', 412: 'stale', 413: 'too_large', 416: 'invalid', 431: 'metadata_too_large',
  }; // prettier-ignore
  return codes[status] ?? 'unknown';
}

/** The error to throw for one that the transport threw: the signal's reason where it was aborted. */
function transportError(error: unknown, subject: CallSubject, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof HttpTimeoutError) {
    return storeError('timeout', subject, 'no byte moved for too long', error);
  }
  if (error instanceof HttpConnectionError) return storeError('unavailable', subject, error.message, error);
  if (error instanceof RangeError) return storeError('corrupt', subject, error.message, error);
  if (error instanceof TypeError) return storeError('invalid', subject, error.message, error);
  return error;
}

/** What tells one vendor's answers from the other's. */
export interface Dialect {
  readonly codes: Readonly<Record<string, StoreErrorCode>>;
  readonly requestIdHeader: string;
  /** The error document where it is not the body. */
  errorDocument?(response: HttpResponse): string | undefined;
  /** How long the store asks to wait. */
  retryAfterMs(response: HttpResponse): number | undefined;
}

export type Call = (request: HttpRequest, subject: CallSubject) => Promise<HttpResponse>;

/** Requests whose answer is 2xx, or a `StoreError`; once the signal has aborted, its reason. */
export function storeCall(http: HttpClient, dialect: Dialect): Call {
  return async (request, subject) => {
    try {
      const response = await http.request(request);
      if (response.status >= 200 && response.status < 300) return response;
      throw await refusalOf(response, subject, dialect);
    } catch (error) {
      throw error instanceof StoreError ? error : transportError(error, subject, request.signal);
    }
  };
}

/** The `StoreError` that an answer amounts to. */
async function refusalOf(
  response: HttpResponse,
  subject: CallSubject,
  dialect: Dialect,
): Promise<StoreError> {
  const inHeader = dialect.errorDocument?.(response);
  const document = inHeader ?? (await gathered(response.body, ERROR_BODY_BYTES_MAX)).toString('utf8');
  const refusal = {
    status: response.status,
    vendorCode: errorCodeOf(document),
    requestId: response.header(dialect.requestIdHeader),
    retryAfterMs: dialect.retryAfterMs(response),
  };
  return refusalError(refusal, subject, dialect.codes);
}

/** What vendors' codes look like. Anything else might be an echo of what was sent, and codes are logged and reported. */
const VENDOR_CODE = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** `<Code>` of an `<Error>` document; undefined where it is none: a proxy on the way answers what it likes. */
export function errorCodeOf(document: string): string | undefined {
  try {
    const code = textOfChild(document, 'Error', 'Code');
    return code !== undefined && VENDOR_CODE.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a parser: what it cannot read is the store's failure. */
export function parsed<T>(subject: CallSubject, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw storeError('unknown', subject, `the answer cannot be read: ${error.message}`, error);
  }
}

/** A body that arrives whole, such as a page of a listing. */
export async function bodyOf(
  { body }: HttpResponse,
  subject: CallSubject,
  { bytesMax, signal }: { readonly bytesMax: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  try {
    return await gathered(body, bytesMax);
  } catch (error) {
    throw transportError(error, subject, signal);
  }
}

/** Runs what percent-encodes a key, a prefix or a marker: half a character has no bytes. */
export function encoding<T>(subject: CallSubject, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw storeError('key_illegal', subject, 'it is not valid Unicode', error);
  }
}

/** The chunks of a body, with the transport's errors turned into `StoreError`. */
export async function* storeChunks(
  chunks: AsyncIterable<Buffer>,
  subject: CallSubject,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw transportError(error, subject, signal);
  }
}

/** Frees the connection of an answer whose body nobody wants. */
export function dropBody({ body }: HttpResponse): void {
  if (body.kind === 'stream') body.chunks.destroy();
}

/** `Retry-After`, which both stores may send in seconds, in ms. */
export function retryAfterHeader(response: HttpResponse): number | undefined {
  const seconds = response.header('retry-after');
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
