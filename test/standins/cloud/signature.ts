/** Signature version 3 (TC3-HMAC-SHA256, document 583/17240 and its siblings), verified with what the request itself says. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { check, found } from './refusal.ts';

export interface Key {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Judge {
  readonly keys: ReadonlyMap<string, Key>;
  readonly nowMs: number;
  /** For example `scf`. */
  readonly service: string;
}

interface Authorization {
  readonly id: string;
  readonly date: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** "Timestamp and server time cannot differ by more than five minutes." */
const SKEW_MAX_S = 300;
const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/([^/]+)\/tc3_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** @throws Refusal */
export function authenticate(request: SignedRequest, judge: Judge): Key {
  const authorization = parse(request.headers.authorization ?? '');
  const timestamp = header(request.headers, 'x-tc-timestamp');
  check(/^\d+$/.test(timestamp), 'MissingParameter', 'The request is missing the header `X-TC-Timestamp`.');
  const key = found(
    judge.keys.get(authorization.id),
    'AuthFailure.SecretIdNotFound',
    'The SecretId is not found.',
  );
  const skewS = Math.abs(judge.nowMs / 1000 - Number(timestamp));
  check(
    skewS <= SKEW_MAX_S,
    'AuthFailure.SignatureExpire',
    `The timestamp is off by ${Math.round(skewS)} s.`,
  );
  checkScope(request, authorization, judge.service, timestamp);
  const genuine = hosts(request.headers.host ?? '').some((host) =>
    same(signature(request, { authorization, timestamp, host, secret: key.secret }), authorization.signature),
  );
  check(genuine, 'AuthFailure.SignatureFailure', 'The signature does not fit the request.');
  check(
    header(request.headers, 'x-tc-token') === (key.token ?? ''),
    'AuthFailure.TokenFailure',
    'The token does not belong to the SecretId.',
  );
  return key;
}

function parse(text: string): Authorization {
  const [, id, date, service, names, given] = AUTHORIZATION.exec(text) ?? [];
  const usable = id !== undefined && date !== undefined && service !== undefined;
  check(
    usable && names !== undefined && given !== undefined,
    'AuthFailure.InvalidAuthorization',
    'The header `Authorization` has another form than TC3-HMAC-SHA256 has.',
  );
  const signedHeaders = names.split(';');
  check(
    signedHeaders.includes('content-type') && signedHeaders.includes('host'),
    'AuthFailure.InvalidAuthorization',
    'The signed headers must include content-type and host.',
  );
  return { id, date, service, signedHeaders, signature: given };
}

/** The vendor's SDK takes the service from its endpoint's first label: with an address as the endpoint that is all there is. */
function checkScope(request: SignedRequest, given: Authorization, service: string, timestamp: string): void {
  const label = (request.headers.host ?? '').split('.')[0];
  const day = new Date(Number(timestamp) * 1000).toISOString().slice(0, 10);
  check(
    given.date === day && (given.service === service || given.service === label),
    'AuthFailure.SignatureFailure',
    `The credential scope is not ${day}/${service}/tc3_request.`,
  );
}

/** The SDK signs the host without the port and sends it with the port. */
function hosts(sent: string): readonly string[] {
  return [sent, sent.replace(/:\d+$/, '')];
}

interface Signing {
  readonly authorization: Authorization;
  readonly timestamp: string;
  readonly host: string;
  readonly secret: string;
}

function signature(request: SignedRequest, { authorization, timestamp, host, secret }: Signing): Buffer {
  const { date, service, signedHeaders } = authorization;
  const headers = [...signedHeaders].sort().map((name) => {
    const value = name === 'host' ? host : header(request.headers, name);
    return `${name}:${value.trim().toLowerCase()}\n`;
  });
  const canonical = [
    request.method,
    request.path,
    request.query,
    headers.join(''),
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
  const scope = `${date}/${service}/tc3_request`;
  const toSign = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(`TC3${secret}`, date), service), 'tc3_request');
  return hmac(key, toSign);
}

function same(computed: Buffer, givenHex: string): boolean {
  return timingSafeEqual(computed, Buffer.from(givenHex, 'hex'));
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
