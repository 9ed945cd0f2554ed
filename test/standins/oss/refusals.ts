/** The refusals of OSS, with status, code and message as in its list of error codes. */
import { ServiceError } from '../kernel/http.ts';

type Details = Readonly<Record<string, string>>;

function refusal(status: number, code: string, message: string) {
  return (details: Details = {}): ServiceError => new ServiceError({ status, code, message, details });
}

export const invalidDigest = refusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
export const invalidObjectName = refusal(400, 'InvalidObjectName', 'The specified object is not valid.');
export const notSymlink = refusal(400, 'NotSymlink', 'The object is not symlink');
export const invalidTargetType = refusal(
  400,
  'InvalidTargetType',
  'The symbolic links target file type is invalid.',
);
export const metadataTooLarge = refusal(
  400,
  'MetadataTooLarge',
  'Your metadata headers exceed the maximum allowed metadata size.',
);
export const entityTooLarge = refusal(
  400,
  'EntityTooLarge',
  'Your proposed upload exceeds the maximum allowed object size.',
);
export const accessDenied = refusal(
  403,
  'AccessDenied',
  'You have no right to access this object because of bucket acl.',
);
export const anonymous = refusal(403, 'AccessDenied', 'Anonymous user has no right to access this bucket.');
export const notYourBucket = refusal(403, 'AccessDenied', 'The bucket you access does not belong to you.');
export const wrongEndpoint = refusal(
  403,
  'AccessDenied',
  'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
);
export const noBucketInHost = refusal(
  403,
  'SecondLevelDomainForbidden',
  'The bucket you are attempting to access must be addressed using OSS third level domain.',
);
export const invalidObjectState = refusal(
  403,
  'InvalidObjectState',
  "The operation is not valid for the object's state",
);
export const invalidAccessKeyId = refusal(
  403,
  'InvalidAccessKeyId',
  'The OSS Access Key Id you provided does not exist in our records.',
);
export const invalidSecurityToken = refusal(
  403,
  'InvalidSecurityToken',
  'The security token you provided is invalid.',
);
export const requestTimeTooSkewed = refusal(
  403,
  'RequestTimeTooSkewed',
  'The difference between the request time and the current time is too large.',
);
export const signatureDoesNotMatch = refusal(
  403,
  'SignatureDoesNotMatch',
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
);
export const noValidDate = refusal(403, 'AccessDenied', 'OSS authentication requires a valid Date.');
export const noSuchBucket = refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.');
export const noSuchKey = refusal(404, 'NoSuchKey', 'The specified key does not exist.');
export const symlinkTargetNotExist = refusal(
  404,
  'SymlinkTargetNotExist',
  'The target object you specified does not exist.',
);
export const methodNotAllowed = refusal(
  405,
  'MethodNotAllowed',
  'The specified method is not allowed against this resource.',
);
export const fileAlreadyExists = refusal(
  409,
  'FileAlreadyExists',
  'The object you specified already exists and can not be overwritten.',
);
export const missingContentLength = refusal(
  411,
  'MissingContentLength',
  'You must provide the Content-Length HTTP header.',
);
export const preconditionFailed = refusal(
  412,
  'PreconditionFailed',
  'At least one of the pre-conditions you specified did not hold.',
);
export const invalidRange = refusal(416, 'InvalidRange', 'The requested range cannot be satisfied');

export function invalidArgument(message: string, argument?: { name: string; value: string }): ServiceError {
  const details = argument && { ArgumentName: argument.name, ArgumentValue: argument.value };
  return new ServiceError({ status: 400, code: 'InvalidArgument', message, details: details ?? {} });
}
