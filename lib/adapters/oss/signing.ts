/** Signatures of OSS by ali-oss, V4 and V1, for requests without a body ("Include a V4 signature in the Authorization header"). */
import OSS from 'ali-oss';
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

/** What the SDK signs with; its types leave these methods out. */
interface SdkSigner {
  authorizationV4(method: string, request: SdkRequest, bucket: string, key: string): string;
  authorization(method: string, resource: string, subresources: Query, headers: Headers): string;
}

type Headers = Readonly<Record<string, string>>;

interface SdkRequest {
  readonly headers: Headers;
  readonly queries: Query;
}

export interface SignerOptions {
  readonly bucket: string;
  /** `oss-cn-hangzhou` */
  readonly region: string;
  readonly version: 'V4' | 'V1';
}

export function signer({ bucket, region, version }: SignerOptions): Signer {
  const isV4 = version === 'V4';
  const dateOf = cachedBySecond(isV4 ? basicDate : (nowMs) => new Date(nowMs).toUTCString());
  let sdk: { id: string; secret: string; signer: SdkSigner } | undefined;
  return ({ method, key, query }, { id, secret, securityToken }, nowMs) => {
    if (sdk?.id !== id || sdk.secret !== secret) sdk = { id, secret, signer: sdkSigner(id, secret, region) };
    const headers: Record<string, string> = { 'x-oss-date': dateOf(nowMs) };
    if (isV4) headers['x-oss-content-sha256'] = 'UNSIGNED-PAYLOAD';
    if (securityToken !== undefined) headers['x-oss-security-token'] = securityToken;
    headers.authorization = isV4
      ? sdk.signer.authorizationV4(method, { headers, queries: query }, bucket, key)
      : sdk.signer.authorization(method, `/${bucket}/${key}`, subresources(query), headers);
    return Object.entries(headers).flat();
  };
}

function sdkSigner(accessKeyId: string, accessKeySecret: string, region: string): SdkSigner {
  return new OSS({ accessKeyId, accessKeySecret, region }) as unknown as SdkSigner;
}

/** V1 signs none of the query but what names a part of the resource. */
function subresources(query: Query): Query {
  return 'tagging' in query ? { tagging: null } : {};
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
