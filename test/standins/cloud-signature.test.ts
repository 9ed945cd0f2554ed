import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Refusal } from './cloud/refusal.ts';
import { authenticate } from './cloud/signature.ts';

const KEY = { id: 'AKIDtest', secret: 'canary-secret' };
const NOW_S = 1_551_113_065;
const DAY = '2019-02-25';

interface Changes {
  readonly scope?: string;
  readonly signed?: readonly string[];
  readonly path?: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();

/** A request to a real host, signed as the documents say: names sorted, names and values in small letters. */
function answerTo({ scope = 'scf', signed = ['content-type', 'host', 'x-tc-action'], path = '/' }: Changes) {
  const body = '{"Limit":1}';
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    host: 'scf.tencentcloudapi.com',
    'x-tc-action': 'ListFunctions',
    'x-tc-timestamp': String(NOW_S),
  };
  const lines = signed.map((name) => `${name}:${(headers[name] ?? '').toLowerCase()}\n`).join('');
  const canonical = ['POST', path, '', lines, signed.join(';'), sha256(body)].join('\n');
  const credential = `${DAY}/${scope}/tc3_request`;
  const key = hmac(hmac(hmac(`TC3${KEY.secret}`, DAY), scope), 'tc3_request');
  const text = ['TC3-HMAC-SHA256', String(NOW_S), credential, sha256(canonical)].join('\n');
  const names = signed.join(';');
  const authorization = `TC3-HMAC-SHA256 Credential=${KEY.id}/${credential}, SignedHeaders=${names}, Signature=${hmac(key, text).toString('hex')}`;
  const request = { method: 'POST', path: '/', query: '', body: Buffer.from(body) };
  const judge = { keys: new Map([[KEY.id, KEY]]), nowMs: NOW_S * 1_000, service: 'scf' };
  try {
    return authenticate({ ...request, headers: { ...headers, authorization } }, judge).id;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('a signature of version 3', () => {
  test('made by the documents is taken', () => {
    expect(answerTo({})).toBe(KEY.id);
    expect(answerTo({ signed: ['content-type', 'host'] })).toBe(KEY.id);
  });

  test('of another service or another path is refused', () => {
    expect(answerTo({ scope: 'cls' })).toBe('AuthFailure.SignatureFailure');
    expect(answerTo({ path: '/x' })).toBe('AuthFailure.SignatureFailure');
  });

  test('without the host or the content type in it is refused', () => {
    expect(answerTo({ signed: ['content-type'] })).toBe('AuthFailure.InvalidAuthorization');
    expect(answerTo({ signed: ['host'] })).toBe('AuthFailure.InvalidAuthorization');
  });
});
