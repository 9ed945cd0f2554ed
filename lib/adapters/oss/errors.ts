/** What OSS answers when it refuses, as codes of ours ("Error codes" of the OSS API reference). */
import type { StoreErrorCode } from '../../core/errors.ts';
import { type Dialect, retryAfterHeader } from '../http/store-call.ts';
import type { HttpResponse } from '../http/types.ts';

/** Codes not in here are judged by their status. */
const OSS_CODES: Readonly<Record<string, StoreErrorCode>> = {
  AccessDenied: 'denied',
  DownloadTrafficRateLimitExceeded: 'throttled',
  InternalError: 'unavailable',
  InvalidAccessKeyId: 'denied',
  InvalidArgument: 'invalid',
  InvalidBucketName: 'missing_bucket',
  InvalidObjectName: 'key_illegal',
  InvalidObjectState: 'archived',
  InvalidSecurityToken: 'denied',
  InvalidTargetType: 'gone',
  NoSuchBucket: 'missing_bucket',
  NoSuchKey: 'gone',
  PreconditionFailed: 'stale',
  QpsLimitExceeded: 'throttled',
  RequestTimeTooSkewed: 'denied',
  RequestTimeout: 'timeout',
  SecondLevelDomainForbidden: 'denied',
  SecurityTokenExpired: 'denied',
  ServiceUnavailable: 'throttled',
  SignatureDoesNotMatch: 'denied',
  SlowDown: 'throttled',
  SymlinkTargetNotExist: 'gone',
  TotalQpsLimitExceeded: 'throttled',
  UserDisable: 'denied',
};

export const OSS_DIALECT: Dialect = {
  codes: OSS_CODES,
  requestIdHeader: 'x-oss-request-id',
  /** A refused HEAD has no body: the document comes in a header, in base64. */
  errorDocument(response) {
    const document = response.header('x-oss-err');
    return document === undefined ? undefined : Buffer.from(document, 'base64').toString('utf8');
  },
  retryAfterMs: (response) => qosDelayMs(response) ?? retryAfterHeader(response),
};

/** `x-oss-qos-delay-time`: how long OSS held the request back, in ms; it would do so again. */
function qosDelayMs(response: HttpResponse): number | undefined {
  const delay = response.header('x-oss-qos-delay-time');
  return delay !== undefined && /^\d{1,9}$/.test(delay) ? Number(delay) : undefined;
}
