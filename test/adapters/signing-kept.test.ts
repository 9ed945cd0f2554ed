import { expect, it } from 'vitest';
import { objectSigner as cosSigner } from '../../lib/adapters/cos/object-signing.ts';
import { v4Signer } from '../../lib/adapters/oss/signing-v4.ts';

const MIDNIGHT_MS = Date.UTC(2026, 0, 2);
const NEW = { id: 'id', secret: 'new' };

/** What a derived key depends on changes between two requests of one signer. */
const before = [
  ['yesterday', NEW, MIDNIGHT_MS - 1_000],
  ['with another secret', { id: 'id', secret: 'old' }, MIDNIGHT_MS],
] as const;

it.each(before)('a request to OSS is signed anew though one was signed %s', (_, credentials, nowMs) => {
  const request = { method: 'GET', path: '/key', query: '' } as const;
  const kept = v4Signer('photos', 'oss-cn-hangzhou');
  kept(request, credentials, nowMs);
  const fresh = v4Signer('photos', 'oss-cn-hangzhou')(request, NEW, MIDNIGHT_MS);
  expect(kept(request, NEW, MIDNIGHT_MS)).toEqual(fresh);
});

it.each(before)('a request to COS is signed anew though one was signed %s', (_, credentials, nowMs) => {
  const request = { method: 'PUT', key: 'key', query: [], headers: [] } as const;
  const kept = cosSigner();
  kept(request, credentials, nowMs);
  expect(kept(request, NEW, MIDNIGHT_MS)).toBe(cosSigner()(request, NEW, MIDNIGHT_MS));
});
