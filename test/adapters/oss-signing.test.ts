import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { signerV1, signerV4 } from '../../lib/adapters/oss/signing.ts';
import { encodeKey } from '../../lib/core/keys.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

interface SdkRequest {
  readonly headers: Record<string, string>;
  readonly queries?: Record<string, string | null>;
  readonly parameters?: Record<string, string>;
}

/** The SDK's own functions, which its types leave out. */
interface SignUtils {
  authorizationV4(
    id: string,
    secret: string,
    region: string,
    method: string,
    request: SdkRequest,
    bucket: string,
    key: string | undefined,
  ): string;
  buildCanonicalString(method: string, resource: string, request: SdkRequest): string;
  authorization(id: string, secret: string, canonical: string): string;
}

const sdk = createRequire(import.meta.url)('ali-oss/lib/common/signUtils.js') as SignUtils;
const NOW_MS = Date.UTC(2026, 10, 20, 23, 59, 58, 999);
const QUERIES: readonly Record<string, string | null>[] = [
  {},
  { tagging: null },
  {
    'encoding-type': 'url',
    'list-type': '2',
    'max-keys': '1000',
    prefix: 'a b/+&=',
    'start-after': "%2B'()*!~\u{1f600}",
  },
];

function headerMap(headers: readonly string[]): Record<string, string> {
  const map: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) map[headers[at] ?? ''] = headers[at + 1] ?? '';
  return map;
}

function encodedQuery(query: Record<string, string | null>): string {
  const encode = (text: string): string => encodeKey(text).replaceAll('/', '%2F');
  return Object.entries(query)
    .map(([name, value]) => (value === null ? name : `${name}=${encode(value)}`))
    .join('&');
}

describe('signatures of OSS', () => {
  for (const securityToken of [undefined, 'token+/=']) {
    const token = securityToken === undefined ? 'without' : 'with';
    it(`equals ali-oss in V4 on every key and query, ${token} a security token`, () => {
      const sign = signerV4('oss-cn-hangzhou');
      for (const key of ['', ...NASTY_KEYS]) {
        for (const query of QUERIES) {
          const unsigned = {
            method: 'GET',
            bucket: 'photos',
            key,
            path: `/${encodeKey(key)}`,
            query: encodedQuery(query),
          };
          const { authorization, ...headers } = headerMap(
            sign(unsigned, { id: 'id', secret: 'secret', securityToken }, NOW_MS),
          );
          const request = { headers, queries: { ...query } };
          expect(headers['x-oss-date']).toBe('20261120T235958Z');
          expect(authorization).toBe(
            sdk.authorizationV4('id', 'secret', 'cn-hangzhou', 'GET', request, 'photos', key),
          );
        }
      }
    });

    it(`equals ali-oss in V1 on every key, ${token} a security token`, () => {
      const sign = signerV1();
      for (const key of ['', ...NASTY_KEYS]) {
        for (const subresource of [undefined, 'tagging']) {
          const unsigned = { method: 'HEAD', bucket: 'photos', key, path: '', query: '', subresource };
          const { authorization, ...headers } = headerMap(
            sign(unsigned, { id: 'id', secret: 'secret', securityToken }, NOW_MS),
          );
          const parameters = subresource === undefined ? {} : { [subresource]: '' };
          const canonical = sdk.buildCanonicalString('HEAD', `/photos/${key}`, { headers, parameters });
          expect(authorization).toBe(sdk.authorization('id', 'secret', canonical));
        }
      }
    });
  }

  it('follows the day, the region and the keys of each request', () => {
    const unsigned = { method: 'GET', bucket: 'photos', key: 'k', path: '/k', query: '' };
    const sign = signerV4('oss-cn-hangzhou');
    for (const [secret, nowMs] of [
      ['one', NOW_MS],
      ['two', NOW_MS],
      ['two', NOW_MS + 2000],
      ['one', NOW_MS],
    ] as const) {
      const credentials = { id: 'id', secret };
      expect(sign(unsigned, credentials, nowMs)).toEqual(
        signerV4('cn-hangzhou')(unsigned, credentials, nowMs),
      );
    }
    const other = signerV4('oss-cn-beijing')(unsigned, { id: 'id', secret: 'one' }, NOW_MS);
    expect(other).not.toEqual(sign(unsigned, { id: 'id', secret: 'one' }, NOW_MS));
  });
});
