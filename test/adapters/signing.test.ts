import { describe, expect, it } from 'vitest';
import { authorization } from '../../lib/adapters/cos/signing.ts';
import { objectSigner as cosObjectSigner } from '../../lib/adapters/cos/object-signing.ts';
import { objectSigner as ossObjectSigner } from '../../lib/adapters/oss/object-signing.ts';
import { signer } from '../../lib/adapters/oss/signing.ts';
import { encodeKey } from '../../lib/core/keys.ts';
import { NASTY_KEYS, SOURCE_ONLY_KEYS } from '../support/nasty-keys.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 23, 59, 58, 999);
const GET = { method: 'GET', key: 'k', query: {} };
const OSS = { bucket: 'photos', region: 'oss-cn-hangzhou', version: 'V4' } as const;

describe('signatures of OSS', () => {
  it('follow the time, the region and the keys of each request, though one signer is kept', () => {
    const kept = signer(OSS);
    for (const [secret, nowMs] of [
      ['one', NOW_MS],
      ['two', NOW_MS],
      ['two', NOW_MS + 2_000],
      ['one', NOW_MS],
    ] as const) {
      const credentials = { id: 'id', secret };
      expect(kept(GET, credentials, nowMs)).toEqual(signer(OSS)(GET, credentials, nowMs));
    }
    const elsewhere = signer({ ...OSS, region: 'oss-cn-beijing' })(GET, { id: 'id', secret: 'one' }, NOW_MS);
    expect(elsewhere).not.toEqual(kept(GET, { id: 'id', secret: 'one' }, NOW_MS));
  });

  it('cover the security token', () => {
    const headers = signer(OSS)(GET, { id: 'id', secret: 's', securityToken: 'token' }, NOW_MS);
    expect(headers).toContain('token');
    expect(headers).not.toEqual(expect.arrayContaining(signer(OSS)(GET, { id: 'id', secret: 's' }, NOW_MS)));
  });
});

describe('signatures of COS', () => {
  it('are valid from a minute before the request until a quarter of an hour after it', () => {
    const signed = authorization(
      { method: 'GET', key: 'k', query: [], headers: [] },
      { id: 'id', secret: 's' },
      1_700_000_000_999,
    );
    expect(signed).toContain('q-sign-time=1699999940;1700000900&q-key-time=1699999940;1700000900');
  });
});

describe('the fast signatures of the hot path', () => {
  const credentials = [
    { id: 'id', secret: 's' },
    { id: 'id', secret: 'other', securityToken: 'token+/=' },
  ];
  const pairs = (lines: readonly string[]) =>
    Object.fromEntries(lines.flatMap((name, i) => (i % 2 === 0 ? [[name, lines[i + 1]]] : [])));

  it('equal those of ali-oss on every key, as time and keys go by', () => {
    const fast = ossObjectSigner(OSS.bucket, OSS.region);
    const sdk = signer(OSS);
    for (const [i, key] of [...NASTY_KEYS, ...SOURCE_ONLY_KEYS].entries()) {
      const keys = credentials[i % 2]!;
      const nowMs = NOW_MS + i * 997; // across midnight
      const signed = fast({ method: 'GET', path: `/${encodeKey(key)}` }, keys, nowMs);
      expect(pairs(signed)).toEqual(pairs(sdk({ method: 'GET', key, query: {} }, keys, nowMs)));
    }
  });

  it('equal those of cos-nodejs-sdk-v5 on every key, query and choice of headers', () => {
    const fast = cosObjectSigner();
    const host = ['host', 'photos-1250000000.cos.ap-guangzhou.myqcloud.com'] as const;
    const part = [
      ['partNumber', '7'],
      ['uploadId', "up+load/id=='()*!~"],
    ] as const;
    for (const [i, key] of NASTY_KEYS.entries()) {
      const keys = credentials[i % 2]!;
      const nowMs = 60_000 * i; // a span of its own, of which it is the first second
      for (const query of [[], part]) {
        for (const headers of [[host], [['content-md5', 'JfnnlDI7RTiF9RgfG2JNCw=='] as const, host]]) {
          const request = { method: 'PUT', key, query, headers };
          expect(fast(request, keys, nowMs)).toBe(authorization(request, keys, nowMs));
        }
      }
    }
  });
});
