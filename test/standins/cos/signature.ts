/**
 * Checks the signature of a request to COS, as the vendor describes it under 436/7778: `q-…` fields in
 * `Authorization` or in the query, HMAC-SHA1 over method, decoded path, and the parameters and headers it lists.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { headerOf, type StandinRequest } from '../kernel/http.ts';
import { encodeLatin1, encodeText } from './encoding.ts';
import { COS_LIMITS } from './limits.ts';
import { refusal } from './refusals.ts';

export interface CosCredential {
  readonly id: string;
  readonly secret: string;
  /** A temporary key is worth nothing without its token, sent as `x-cos-security-token`. */
  readonly securityToken?: string | undefined;
  /** Names of the actions it may call; left out: all. */
  readonly allow?: readonly string[] | undefined;
}

export type SignedRequest = Pick<StandinRequest, 'method' | 'key' | 'query' | 'headers'>;

interface Fields {
  readonly keyId: string;
  readonly signTime: string;
  readonly keyTime: string;
  readonly headers: readonly string[];
  readonly parameters: readonly string[];
  readonly signature: string;
}

/**
 * The credential that signed.
 * @throws ServiceError 403 AccessDenied (unsigned, expired), InvalidAccessKeyId, RequestTimeTooSkewed or
 * SignatureDoesNotMatch.
 */
export function authenticate(
  request: SignedRequest,
  credentials: readonly CosCredential[],
  now: Date,
): CosCredential {
  const fields = readFields(request);
  const credential = credentials.find(({ id }) => id === fields.keyId);
  if (!credential) {
    throw refusal('InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records');
  }
  checkTime(fields, now);
  checkToken(request, credential);
  const { formatString, stringToSign } = stringsToSign(request, fields);
  const signKey = hmacSha1(credential.secret, fields.keyTime);
  if (!equal(hmacSha1(signKey, stringToSign), fields.signature)) {
    const details = { StringToSign: stringToSign, FormatString: formatString };
    throw refusal('SignatureDoesNotMatch', 'The Signature you specified is invalid.', details);
  }
  return credential;
}

const REQUIRED = ['q-sign-algorithm', 'q-ak', 'q-sign-time', 'q-key-time', 'q-signature'] as const;

function readFields(request: SignedRequest): Fields {
  const authorization = headerOf(request, 'authorization');
  const fields = authorization === '' ? request.query : new Map(splitAuthorization(authorization));
  if (REQUIRED.some((name) => !fields.get(name))) throw refusal('AccessDenied', 'Access Denied.');
  if (fields.get('q-sign-algorithm') !== 'sha1') {
    throw refusal('InvalidArgument', 'The signature algorithm must be sha1');
  }
  return {
    keyId: fields.get('q-ak') ?? '',
    signTime: fields.get('q-sign-time') ?? '',
    keyTime: fields.get('q-key-time') ?? '',
    headers: splitList(fields.get('q-header-list')),
    parameters: splitList(fields.get('q-url-param-list')),
    signature: fields.get('q-signature') ?? '',
  };
}

function* splitAuthorization(authorization: string): Iterable<[string, string]> {
  for (const field of authorization.split('&')) {
    const at = field.indexOf('=');
    if (at > 0) yield [field.slice(0, at), field.slice(at + 1)];
  }
}

function splitList(list: string | undefined): string[] {
  return list === undefined || list === '' ? [] : list.split(';');
}

function checkTime(fields: Fields, now: Date): void {
  const nowSeconds = now.getTime() / 1000;
  for (const time of [fields.signTime, fields.keyTime]) {
    const [, start, end] = /^(\d+);(\d+)$/.exec(time) ?? [];
    if (start === undefined || end === undefined) throw refusal('AccessDenied', 'Access Denied.');
    if (Number(end) < nowSeconds) throw refusal('AccessDenied', 'Request has expired');
    if (Number(start) > nowSeconds + COS_LIMITS.clockSkewSecondsMax) {
      const message = 'The difference between the request time and the server time is too large';
      throw refusal('RequestTimeTooSkewed', message, { ServerTime: now.toISOString() });
    }
  }
}

function checkToken(request: SignedRequest, { securityToken = '' }: CosCredential): void {
  const sent = headerOf(request, 'x-cos-security-token') || request.query.get('x-cos-security-token');
  if ((sent ?? '') !== securityToken) {
    throw refusal('InvalidAccessKeyId', 'The Access Key Id and the security token do not belong together');
  }
}

function stringsToSign(
  request: SignedRequest,
  fields: Fields,
): { formatString: string; stringToSign: string } {
  const sent = new Map<string, string>();
  for (const [name, value] of request.query) sent.set(encodeText(name).toLowerCase(), encodeText(value));
  const parameters = fields.parameters.map((name) => `${name}=${sent.get(name) ?? ''}`);
  const headers = fields.headers.map(
    (name) => `${name}=${encodeLatin1(headerOf(request, decodeName(name)))}`,
  );
  const lines = [
    request.method.toLowerCase(),
    `/${request.key}`,
    parameters.join('&'),
    headers.join('&'),
    '',
  ];
  const formatString = lines.join('\n');
  const digest = createHash('sha1').update(formatString).digest('hex');
  return { formatString, stringToSign: `sha1\n${fields.signTime}\n${digest}\n` };
}

/** The list holds encoded names; one with a broken escape is no header's name. */
function decodeName(name: string): string {
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name;
  }
}

function hmacSha1(key: string, text: string): string {
  return createHmac('sha1', key).update(text).digest('hex');
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
