/** Signatures of OSS, V4 and V1, for requests without a body ("Include a V4 signature in the Authorization header"). */
import { createHmac, hash } from 'node:crypto';
import type { Credentials } from '../../core/endpoint.ts';

export interface UnsignedRequest {
  readonly method: string;
  readonly bucket: string;
  /** '' for the bucket itself. */
  readonly key: string;
  /** `/` and the percent-encoded key. */
  readonly path: string;
  /** Percent-encoded, names in order, without `?`; '' for none. */
  readonly query: string;
  /** The part of the query that V1 signs, not encoded: `tagging`. */
  readonly subresource?: string | undefined;
}

/** Gives the headers that sign a request: name, value, name, value … */
export type Signer = (request: UnsignedRequest, credentials: Credentials, nowMs: number) => string[];

const PAYLOAD = 'UNSIGNED-PAYLOAD';

/** `region` as OSS names it, with or without `oss-`. The signing key is derived once a day. */
export function signerV4(region: string): Signer {
  const signRegion = region.replace(/^oss-/, '');
  const dateOf = cachedBySecond(basicDate);
  let derived: { secret: string; day: string; key: Buffer } = { secret: '', day: '', key: Buffer.alloc(0) };
  return ({ method, bucket, path, query }, { id, secret, securityToken }, nowMs) => {
    const date = dateOf(nowMs);
    const day = date.slice(0, 8);
    if (derived.day !== day || derived.secret !== secret) {
      derived = { secret, day, key: deriveKey(secret, day, signRegion) };
    }
    const token = securityToken === undefined ? '' : `x-oss-security-token:${securityToken}\n`;
    const headers = `x-oss-content-sha256:${PAYLOAD}\nx-oss-date:${date}\n${token}`;
    const canonical = `${method}\n/${bucket}${path}\n${query}\n${headers}\n\n${PAYLOAD}`;
    const scope = `${day}/${signRegion}/oss/aliyun_v4_request`;
    const hashed = hash('sha256', canonical);
    const text = `OSS4-HMAC-SHA256\n${date}\n${scope}\n${hashed}`;
    const signature = createHmac('sha256', derived.key).update(text).digest('hex');
    const authorization = `OSS4-HMAC-SHA256 Credential=${id}/${scope},Signature=${signature}`;
    const lines = ['x-oss-date', date, 'x-oss-content-sha256', PAYLOAD, 'authorization', authorization];
    return withToken(lines, securityToken);
  };
}

/** The V1 signature covers the key as it is, not as it is encoded. */
export function signerV1(): Signer {
  const dateOf = cachedBySecond((nowMs) => new Date(nowMs).toUTCString());
  return ({ method, bucket, key, subresource }, { id, secret, securityToken }, nowMs) => {
    const date = dateOf(nowMs);
    const token = securityToken === undefined ? '' : `x-oss-security-token:${securityToken}\n`;
    const resource = `/${bucket}/${key}${subresource === undefined ? '' : `?${subresource}`}`;
    const text = `${method}\n\n\n${date}\nx-oss-date:${date}\n${token}${resource}`;
    const signature = createHmac('sha1', secret).update(text).digest('base64');
    return withToken(['x-oss-date', date, 'authorization', `OSS ${id}:${signature}`], securityToken);
  };
}

function withToken(lines: string[], securityToken: string | undefined): string[] {
  if (securityToken !== undefined) lines.push('x-oss-security-token', securityToken);
  return lines;
}

function deriveKey(secret: string, day: string, region: string): Buffer {
  let key: Buffer = Buffer.from(`aliyun_v4${secret}`);
  for (const step of [day, region, 'oss', 'aliyun_v4_request']) {
    key = createHmac('sha256', key).update(step).digest();
  }
  return key;
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
