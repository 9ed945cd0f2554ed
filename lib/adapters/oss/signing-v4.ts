/**
 * V4 signatures ("Include a V4 signature in the Authorization header") of requests without a body: what ali-oss computes,
 * with the key derived once a day instead of at every request. A test holds both equal.
 */
import { createHmac, hash } from 'node:crypto';
import type { Credentials } from '../../core/endpoint.ts';

export interface UnsignedRequest {
  readonly method: 'GET' | 'HEAD';
  /** `/` and the percent-encoded key. */
  readonly path: string;
  /** As it is sent, without the `?`: names in order, names and values percent-encoded. */
  readonly query: string;
}

/** Gives the headers that sign a request: name, value, name, value … */
export type Signer = (request: UnsignedRequest, credentials: Credentials, nowMs: number) => string[];

const PAYLOAD = 'UNSIGNED-PAYLOAD';

/** What a day, a secret and a second have in common. */
interface Kept {
  readonly secret: string;
  readonly second: number;
  /** `20260102T030405Z` */
  readonly date: string;
  readonly key: Buffer;
}

/** `region` as OSS names it: `oss-cn-hangzhou`. */
export function v4Signer(bucket: string, region: string): Signer {
  const signRegion = region.replace(/^oss-/, '');
  let kept: Kept | undefined;
  return ({ method, path, query }, { id, secret, securityToken }, nowMs) => {
    const second = Math.floor(nowMs / 1000);
    if (kept?.second !== second || kept.secret !== secret)
      kept = renewed(kept, { secret, second, signRegion });
    const { date, key } = kept;
    const scope = `${date.slice(0, 8)}/${signRegion}/oss/aliyun_v4_request`;
    const token = securityToken === undefined ? '' : `x-oss-security-token:${securityToken}\n`;
    const canonical = `${method}\n/${bucket}${path}\n${query}\nx-oss-content-sha256:${PAYLOAD}\nx-oss-date:${date}\n${token}\n\n${PAYLOAD}`;
    const text = `OSS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', key).update(text).digest('hex');
    const authorization = `OSS4-HMAC-SHA256 Credential=${id}/${scope},Signature=${signature}`;
    const lines = ['x-oss-date', date, 'x-oss-content-sha256', PAYLOAD, 'authorization', authorization];
    if (securityToken !== undefined) lines.push('x-oss-security-token', securityToken);
    return lines;
  };
}

function renewed(kept: Kept | undefined, now: { secret: string; second: number; signRegion: string }): Kept {
  const { secret, second, signRegion } = now;
  const date = new Date(second * 1000).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const sameKey = kept?.secret === secret && kept.date.slice(0, 8) === date.slice(0, 8);
  return { secret, second, date, key: sameKey ? kept.key : deriveKey(secret, date.slice(0, 8), signRegion) };
}

function deriveKey(secret: string, day: string, region: string): Buffer {
  let key: Buffer = Buffer.from(`aliyun_v4${secret}`);
  for (const step of [day, region, 'oss', 'aliyun_v4_request']) {
    key = createHmac('sha256', key).update(step).digest();
  }
  return key;
}
