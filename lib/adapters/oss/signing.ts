/** Signatures of OSS by ali-oss, V4 and V1, for requests without a body ("Include a V4 signature in the Authorization header"). */
import sdk from 'ali-oss/lib/common/signUtils.js';
import type { Credentials } from '../../core/endpoint.ts';

/** Names and values as they are; `null`: a name without a value. */
export type Query = Readonly<Record<string, string | null>>;

export interface UnsignedRequest {
  readonly method: string;
  /** '' for the bucket itself. */
  readonly key: string;
  readonly query: Query;
}

/** Gives the headers that sign a request: name, value, name, value … */
export type Signer = (request: UnsignedRequest, credentials: Credentials, nowMs: number) => string[];

export interface SignerOptions {
  readonly bucket: string;
  /** `oss-cn-hangzhou` */
  readonly region: string;
  readonly version: 'V4' | 'V1';
}

export function signer({ bucket, region, version }: SignerOptions): Signer {
  const isV4 = version === 'V4';
  const dateOf = cachedBySecond(isV4 ? basicDate : (nowMs) => new Date(nowMs).toUTCString());
  const signRegion = region.replace(/^oss-/, '');
  return ({ method, key, query }, { id, secret, securityToken }, nowMs) => {
    const headers: Record<string, string> = { 'x-oss-date': dateOf(nowMs) };
    if (isV4) headers['x-oss-content-sha256'] = 'UNSIGNED-PAYLOAD';
    if (securityToken !== undefined) headers['x-oss-security-token'] = securityToken;
    headers.authorization = isV4
      ? sdk.authorizationV4(id, secret, signRegion, method, { headers, queries: query }, bucket, key)
      : authorizationV1({ method, key, query }, { bucket, headers, id, secret });
    return Object.entries(headers).flat();
  };
}

interface V1Context {
  readonly bucket: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly id: string;
  readonly secret: string;
}

function authorizationV1(
  { method, key, query }: UnsignedRequest,
  { bucket, headers, id, secret }: V1Context,
): string {
  const request = { headers, parameters: subresources(query) };
  return sdk.authorization(id, secret, sdk.buildCanonicalString(method, `/${bucket}/${key}`, request));
}

/** V1 signs none of the query but what names a part of the resource. */
function subresources(query: Query): Query {
  return 'tagging' in query ? { tagging: '' } : {};
}

/** `20260102T030405Z` */
function basicDate(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function cachedBySecond(format: (nowMs: number) => string): (nowMs: number) => string {
  let second = -1;
  let text = '';
  return (nowMs) => {
    const now = Math.floor(nowMs / 1000);
    if (now !== second) {
      second = now;
      text = format(now * 1000);
    }
    return text;
  };
}
