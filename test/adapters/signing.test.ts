import sdk from 'ali-oss/lib/common/signUtils.js';
import { describe, expect, it } from 'vitest';
import { authorization } from '../../lib/adapters/cos/signing.ts';
import { objectSigner as cosObjectSigner } from '../../lib/adapters/cos/object-signing.ts';
import { signedV1 } from '../../lib/adapters/oss/signing-v1.ts';
import { v4Signer } from '../../lib/adapters/oss/signing-v4.ts';
import type { Credentials } from '../../lib/core/endpoint.ts';
import { encodeKey, encodeStrictly } from '../../lib/core/keys.ts';
import { NASTY_KEYS, SOURCE_ONLY_KEYS } from '../support/nasty-keys.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 23, 59, 58, 999);
const GET = { method: 'GET', path: '/k', query: '' } as const;
const [BUCKET, REGION] = ['photos', 'oss-cn-hangzhou'] as const;

describe('signatures of OSS', () => {
  it('follow the time, the region and the keys of each request, though one signer is kept', () => {
    const kept = v4Signer(BUCKET, REGION);
    for (const [secret, nowMs] of [
      ['one', NOW_MS],
      ['two', NOW_MS],
      ['two', NOW_MS + 2_000],
      ['one', NOW_MS],
    ] as const) {
      const credentials = { id: 'id', secret };
      expect(kept(GET, credentials, nowMs)).toEqual(v4Signer(BUCKET, REGION)(GET, credentials, nowMs));
    }
    const elsewhere = v4Signer(BUCKET, 'oss-cn-beijing')(GET, { id: 'id', secret: 'one' }, NOW_MS);
    expect(elsewhere).not.toEqual(kept(GET, { id: 'id', secret: 'one' }, NOW_MS));
  });

  it('cover the security token', () => {
    const v1 = { method: 'GET', key: 'k', subresource: undefined } as const;
    const [plain, withToken] = [
      { id: 'id', secret: 's' },
      { id: 'id', secret: 's', securityToken: 'token' },
    ];
    for (const sign of [
      (credentials: Credentials) => v4Signer(BUCKET, REGION)(GET, credentials, NOW_MS),
      (credentials: Credentials) => signedV1(v1, BUCKET, credentials, NOW_MS),
    ]) {
      expect(sign(withToken)).toContain('token');
      expect(sign(withToken)).not.toEqual(expect.arrayContaining(sign(plain)));
    }
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

  /** As ali-oss signs it. */
  function bySdk(
    request: { key: string; query: Record<string, string | null> },
    keys: Credentials,
    ms: number,
  ) {
    const headers: Record<string, string> = {
      'x-oss-date': new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, ''),
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    };
    if (keys.securityToken !== undefined) headers['x-oss-security-token'] = keys.securityToken;
    const signed = { headers, queries: request.query };
    const region = REGION.replace('oss-', '');
    const { id, secret } = keys;
    return {
      ...headers,
      authorization: sdk.authorizationV4(id, secret, region, 'GET', signed, BUCKET, request.key),
    };
  }

  it('equal those of ali-oss on every key and query, as time and keys go by', () => {
    const fast = v4Signer(BUCKET, REGION);
    for (const [i, text] of [...NASTY_KEYS, ...SOURCE_ONLY_KEYS].entries()) {
      const keys = credentials[i % 2]!;
      const nowMs = NOW_MS + i * 997; // across midnight
      const listing = {
        'encoding-type': 'url',
        'list-type': '2',
        prefix: i % 3 === 0 ? '' : text,
        'start-after': text,
      };
      const object = { method: 'GET', path: `/${encodeKey(text)}` } as const;
      expect(pairs(fast({ ...object, query: '' }, keys, nowMs))).toEqual(
        bySdk({ key: text, query: {} }, keys, nowMs),
      );
      expect(pairs(fast({ ...object, query: 'tagging' }, keys, nowMs))).toEqual(
        bySdk({ key: text, query: { tagging: null } }, keys, nowMs),
      );
      const query = Object.entries(listing)
        .map(([name, value]) => `${name}=${encodeStrictly(value)}`)
        .join('&');
      expect(pairs(fast({ method: 'GET', path: '/', query }, keys, nowMs))).toEqual(
        bySdk({ key: '', query: listing }, keys, nowMs),
      );
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
