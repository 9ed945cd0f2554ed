/** The HTTP transport of the OSS and COS adapters. */
export { gathered } from './gather.ts';
export { httpClient } from './client.ts';
export { HttpAbortError, HttpConnectionError, HttpTimeoutError } from './errors.ts';
export type { HttpClient, HttpOptions, HttpRequest, HttpResponse } from './types.ts';
