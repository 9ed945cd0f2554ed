import { describe, expect, it } from 'vitest';
import { authorization } from '../../lib/adapters/cos/signing.ts';
import { signer } from '../../lib/adapters/oss/signing.ts';

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
