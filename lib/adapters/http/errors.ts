/** How a request can fail without an answer. */

/** No byte moved for too long, or no connection came about. */
export class HttpTimeoutError extends Error {
  override readonly name = 'HttpTimeoutError';
}

/** The connection could not be made, broke, ended early or spoke no HTTP. */
export class HttpConnectionError extends Error {
  override readonly name = 'HttpConnectionError';
}

/** The request's signal was aborted; its reason is the cause. */
export class HttpAbortError extends Error {
  override readonly name = 'AbortError';
}
