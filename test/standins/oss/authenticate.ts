/** Who is asking, and may they? Refuses as OSS does: unknown id, wrong token, skewed clock, wrong signature, forbidden action. */
import { headerOf, type StandinRequest } from '../kernel/http.ts';
import type { Credential } from './model.ts';
import * as refusals from './refusals.ts';
import { signatureV1, stringToSignV1 } from './signature-v1.ts';
import * as v4 from './signature-v4.ts';

/** "The difference … cannot exceed 15 minutes." */
const SKEW_MAX_MS = 15 * 60 * 1000;

interface Judge {
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly now: () => Date;
  /** What version 4 must be signed for, e.g. 'cn-hangzhou'; undefined: any. */
  readonly signingRegion: string | undefined;
}

/** @throws ServiceError */
export function authenticate(request: StandinRequest, judge: Judge): Credential {
  const authorization = headerOf(request, 'authorization');
  if (authorization.startsWith('OSS4-HMAC-SHA256 ')) return authenticateV4(request, judge, authorization);
  if (authorization.startsWith('OSS ')) return authenticateV1(request, judge, authorization);
  if (authorization === '') throw refusals.anonymous();
  throw refusals.invalidArgument('Authorization header is invalid.', {
    name: 'Authorization',
    value: authorization,
  });
}

function authenticateV1(request: StandinRequest, judge: Judge, authorization: string): Credential {
  const colon = authorization.lastIndexOf(':');
  const provided = authorization.slice(colon + 1);
  const credential = identify(request, judge, authorization.slice('OSS '.length, colon));
  const date = headerOf(request, 'x-oss-date') || headerOf(request, 'date');
  checkTime(judge.now(), date, /^\d{8}T\d{6}Z$/.test(date) ? parseBasicIso(date) : Date.parse(date));
  const stringToSign = stringToSignV1(request);
  if (signatureV1(credential.secret, stringToSign) !== provided)
    throw mismatch(credential, provided, { stringToSign });
  return credential;
}

function authenticateV4(request: StandinRequest, judge: Judge, header: string): Credential {
  const authorization = v4.parseAuthorizationV4(header);
  if (!authorization || headerOf(request, 'x-oss-content-sha256') === '') {
    throw refusals.invalidArgument('Authorization header is invalid.', {
      name: 'Authorization',
      value: header,
    });
  }
  const credential = identify(request, judge, authorization.id);
  if (judge.signingRegion !== undefined && authorization.region !== judge.signingRegion) {
    throw refusals.invalidArgument('Invalid signing region in Authorization header.');
  }
  const date = headerOf(request, 'x-oss-date');
  checkTime(judge.now(), date, parseBasicIso(date));
  if (!date.startsWith(`${authorization.day}T`)) throw refusals.noValidDate();
  const tried = v4.canonicalRequestsV4(request, authorization).map((canonicalRequest) => {
    const stringToSign = v4.stringToSignV4(request, authorization, canonicalRequest);
    return { canonicalRequest, stringToSign };
  });
  const fits = tried.some(
    ({ stringToSign }) =>
      v4.signatureV4(credential.secret, authorization, stringToSign) === authorization.signature,
  );
  if (!fits) throw mismatch(credential, authorization.signature, tried[0] ?? { stringToSign: '' });
  return credential;
}

function identify(request: StandinRequest, { credentials }: Judge, id: string): Credential {
  const credential = credentials.get(id);
  const token = headerOf(request, 'x-oss-security-token');
  // A temporary id is unknown to the table of permanent ones: without its token it does not exist.
  if (!credential || (credential.securityToken !== undefined && token === '')) {
    throw refusals.invalidAccessKeyId({ OSSAccessKeyId: id });
  }
  if (token !== (credential.securityToken ?? ''))
    throw refusals.invalidSecurityToken({ SecurityToken: token });
  return credential;
}

function parseBasicIso(date: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return y === undefined
    ? NaN
    : Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
}

function checkTime(now: Date, date: string, timeMs: number): void {
  if (Number.isNaN(timeMs)) throw refusals.noValidDate({ Date: date });
  if (Math.abs(now.getTime() - timeMs) <= SKEW_MAX_MS) return;
  throw refusals.requestTimeTooSkewed({
    MaxAllowedSkewMilliseconds: String(SKEW_MAX_MS),
    RequestTime: new Date(timeMs).toISOString(),
    ServerTime: now.toISOString(),
  });
}

function mismatch(
  credential: Credential,
  provided: string,
  computed: { stringToSign: string; canonicalRequest?: string },
): Error {
  return refusals.signatureDoesNotMatch({
    OSSAccessKeyId: credential.id,
    SignatureProvided: provided,
    StringToSign: computed.stringToSign,
    ...(computed.canonicalRequest === undefined ? {} : { CanonicalRequest: computed.canonicalRequest }),
  });
}

/** The RAM action that permits an API action, where they differ. */
const PERMISSION: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  GetSymlink: 'GetObject',
  PutSymlink: 'PutObject',
};

/** @throws ServiceError 403 AccessDenied */
export function authorize(credential: Credential, action: string): void {
  if (!credential.allow) return;
  const permission = PERMISSION[action] ?? action;
  if (!credential.allow.includes(action) && !credential.allow.includes(permission))
    throw refusals.accessDenied();
}
