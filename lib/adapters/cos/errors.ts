/** What COS answers when it refuses, as codes of ours (document 436/7730). */
import type { StoreErrorCode } from '../../core/errors.ts';
import { type Dialect, retryAfterHeader } from '../http/store-call.ts';

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
  InvalidPart: 'invalid',
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

export const COS_DIALECT: Dialect = {
  codes: COS_CODES,
  requestIdHeader: 'x-cos-request-id',
  retryAfterMs: retryAfterHeader,
};
