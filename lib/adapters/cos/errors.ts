/** What COS answers when it refuses, as codes of ours (document 436/7730). */
import type { StoreErrorCode } from '../../core/errors.ts';
import { StoreError } from '../../core/errors.ts';
import * as store from '../http/store-call.ts';

/** Codes not in here are judged by their status. */
export const COS_CODES: Readonly<Record<string, StoreErrorCode>> = {
  AccessDenied: 'denied',
  BadDigest: 'corrupt',
  EntityTooLarge: 'too_large',
  EntityTooSmall: 'invalid',
  FileAlreadyExists: 'exists',
  IncompleteBody: 'unavailable',
  InternalError: 'unavailable',
  InvalidAccessKeyId: 'denied',
  InvalidBucketName: 'missing_bucket',
  InvalidDigest: 'invalid',
  InvalidObjectName: 'key_illegal',
  InvalidObjectState: 'archived',
  InvalidTag: 'metadata_illegal',
  KeyTooLong: 'key_too_long',
  NoSuchBucket: 'missing_bucket',
  NoSuchKey: 'gone',
  NoSuchUpload: 'gone',
  PathConflict: 'busy',
  PreconditionFailed: 'stale',
  RequestTimeTooSkewed: 'denied',
  RequestTimeout: 'timeout',
  ServiceUnavailable: 'throttled',
  SignatureDoesNotMatch: 'denied',
  SlowDown: 'throttled',
  UnavailableForLegalReasons: 'quota',
  UploadConflict: 'busy',
  UserNetworkTooSlow: 'timeout',
};

const REQUEST_ID = 'x-cos-request-id';

export const COS_DIALECT: store.Dialect = {
  codes: COS_CODES,
  requestIdHeader: REQUEST_ID,
  retryAfterMs: store.retryAfterHeader,
};

/** What cos-nodejs-sdk-v5 rejects with, as far as it is read here. */
interface SdkError {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly error?: unknown;
  readonly code?: unknown;
}

const TIMEOUTS: ReadonlySet<unknown> = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT']);

/** The `StoreError` of what the SDK rejects with. Its message may quote a signature: only codes are taken over. */
export function sdkError(rejected: unknown, subject: store.CallSubject): StoreError {
  const error: SdkError = typeof rejected === 'object' && rejected !== null ? rejected : {};
  const { statusCode: status, headers, code } = error;
  if (status !== undefined) {
    const vendorCode = codeIn(error.error);
    const refusal = { status, vendorCode, requestId: headers?.[REQUEST_ID] };
    return store.refusalError(refusal, subject, COS_CODES, rejected);
  }
  if (TIMEOUTS.has(code)) return store.storeError('timeout', subject, 'no byte moved for too long', rejected);
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) {
    return store.storeError('unavailable', subject, code, rejected);
  }
  return store.storeError('unknown', subject, 'the SDK failed', rejected);
}

function codeIn(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('Code' in error)) return undefined;
  return typeof error.Code === 'string' ? error.Code : undefined;
}
