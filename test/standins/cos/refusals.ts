/** The refusals of COS: codes, statuses and meanings as in the vendor's list (436/7730). */
import { ServiceError } from '../kernel/http.ts';

const STATUS = {
  BadDigest: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  InvalidArgument: 400,
  InvalidDigest: 400,
  InvalidObjectName: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidTag: 400,
  InvalidURI: 400,
  /** A key that is too long, and custom headers that are too long. */
  KeyTooLong: 400,
  MalformedXML: 400,
  NotSupportedStorageClass: 400,
  AccessDenied: 403,
  InvalidAccessKeyId: 403,
  InvalidObjectState: 403,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  FileAlreadyExists: 409,
  MissingContentLength: 411,
  PreconditionFailed: 412,
  InvalidRange: 416,
  NotImplemented: 501,
} as const;

type CosCode = keyof typeof STATUS;

/** `details` become further elements of the `<Error>` body. */
export function refusal(
  code: CosCode,
  message: string,
  details: Readonly<Record<string, string>> = {},
): ServiceError {
  return new ServiceError({ status: STATUS[code], code, message, details });
}

/** COS names the resource and a trace besides what every refusal tells. */
export function withResource(error: ServiceError, resource: string, traceId: string): ServiceError {
  const { status, code, message, headers } = error;
  const details = { Resource: resource, TraceId: traceId, ...error.details };
  return new ServiceError({ status, code, message, headers, details });
}
