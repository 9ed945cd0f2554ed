import { createHmac } from 'node:crypto';
import COS from 'cos-nodejs-sdk-v5';
import { describe, expect, it } from 'vitest';
import { authorization, signer } from '../../lib/adapters/cos/signing.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

const KEY_TIME = '1700000000;1700000900';
const signKey = createHmac('sha1', 'secret').update(KEY_TIME).digest('hex');
const QUERIES: readonly (readonly (readonly [string, string])[])[] = [
  [],
  [['uploads', '']],
  [
    ['partNumber', '7'],
    ['uploadId', 'up+load/id=='],
  ],
  [
    ['encoding-type', 'url'],
    ['marker', "a b/+&=%2B'()*!~\u{1f600}"],
    ['max-keys', '1000'],
    ['prefix', 'p/'],
  ],
];
const HEADERS = [
  ['content-md5', 'JfnnlDI7RTiF9RgfG2JNCw=='],
  ['host', 'photos-1250000000.cos.ap-guangzhou.myqcloud.com'],
] as const;

function bySdk(
  method: string,
  key: string,
  query: (typeof QUERIES)[number],
  headers: readonly (readonly [string, string])[],
): string {
  return COS.getAuthorization({
    SecretId: 'id',
    SecretKey: 'secret',
    Method: method as COS.Method,
    Pathname: `/${key}`,
    Query: Object.fromEntries(query),
    Headers: Object.fromEntries(headers),
    KeyTime: KEY_TIME,
  });
}

describe('signatures of COS', () => {
  it('equal those of the SDK on every key, query and choice of headers', () => {
    for (const method of ['GET', 'PUT', 'POST'] as const) {
      for (const key of ['', ...NASTY_KEYS]) {
        for (const query of QUERIES) {
          for (const headers of [HEADERS, HEADERS.slice(1)]) {
            const ours = authorization({ method, key, query, headers }, 'id', { keyTime: KEY_TIME, signKey });
            expect(ours).toBe(bySdk(method, key, query, headers));
          }
        }
      }
    }
  });

  it('are valid from before the request until ten minutes after it, whenever it is made', () => {
    const sign = signer();
    for (let nowSeconds = 1_700_000_000; nowSeconds < 1_700_001_000; nowSeconds += 37) {
      const signed = sign(
        { method: 'GET', key: 'k', query: [], headers: [] },
        { id: 'id', secret: 's' },
        nowSeconds * 1000,
      );
      const [, from, to] = /q-key-time=(\d+);(\d+)/.exec(signed) ?? [];
      expect(Number(from)).toBeLessThanOrEqual(nowSeconds - 60);
      expect(Number(to)).toBeGreaterThanOrEqual(nowSeconds + 600);
    }
  });

  it('follow the keys and the time of each request', () => {
    const unsigned = { method: 'GET', key: 'k', query: [], headers: [] };
    const sign = signer();
    for (const [secret, nowMs] of [
      ['one', 1e12],
      ['two', 1e12],
      ['two', 2e12],
      ['one', 1e12],
    ] as const) {
      expect(sign(unsigned, { id: 'id', secret }, nowMs)).toBe(
        signer()(unsigned, { id: 'id', secret }, nowMs),
      );
    }
  });
});
