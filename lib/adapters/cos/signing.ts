/** The `q-sign-algorithm` signature of COS (document 436/7778). The key derived for a span of time is kept for its length. */
import { createHmac, hash } from 'node:crypto';
import type { Credentials } from '../../core/endpoint.ts';

type Pairs = readonly (readonly [name: string, value: string])[];

export interface UnsignedRequest {
  readonly method: string;
  /** As it is, not encoded; '' for the bucket itself. */
  readonly key: string;
  /** Names and values as they are, in order of their lower-case names. */
  readonly query: Pairs;
  /** The headers to sign, lower-case names in order. Bytes beyond ASCII cannot be among them. */
  readonly headers: Pairs;
}

/** The value of the `Authorization` header. */
export type Signer = (request: UnsignedRequest, credentials: Credentials, nowMs: number) => string;

/** A derived key serves this long … */
const SPAN_SECONDS = 300;
/** … and is valid from a little before, for clocks differ, until this long after. */
const BEFORE_SECONDS = 60;
const AFTER_SECONDS = 600;

export function signer(): Signer {
  let derived = { secret: '', keyTime: '', span: -1, signKey: '' };
  return (request, { id, secret }, nowMs) => {
    const span = Math.floor(nowMs / 1000 / SPAN_SECONDS);
    if (derived.span !== span || derived.secret !== secret) {
      const keyTime = keyTimeOf(span);
      derived = { secret, keyTime, span, signKey: createHmac('sha1', secret).update(keyTime).digest('hex') };
    }
    return authorization(request, id, derived);
  };
}

function keyTimeOf(span: number): string {
  const from = span * SPAN_SECONDS - BEFORE_SECONDS;
  return `${String(from)};${String((span + 1) * SPAN_SECONDS + AFTER_SECONDS)}`;
}

/** `keyTime`: `<from>;<to>` in seconds since the epoch; `signKey`: its HMAC with the secret. */
export function authorization(
  { method, key, query, headers }: UnsignedRequest,
  id: string,
  { keyTime, signKey }: { readonly keyTime: string; readonly signKey: string },
): string {
  const format = `${method.toLowerCase()}\n/${key}\n${joined(query)}\n${joined(headers)}\n`;
  const hashed = hash('sha1', format);
  const signature = createHmac('sha1', signKey).update(`sha1\n${keyTime}\n${hashed}\n`).digest('hex');
  return `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=${names(headers)}&q-url-param-list=${names(query)}&q-signature=${signature}`;
}

function joined(pairs: Pairs): string {
  let text = '';
  for (const [name, value] of pairs) {
    text += `${text === '' ? '' : '&'}${encodeStrictly(name).toLowerCase()}=${encodeStrictly(value)}`;
  }
  return text;
}

function names(pairs: Pairs): string {
  let text = '';
  for (const [name] of pairs) text += `${text === '' ? '' : ';'}${encodeStrictly(name).toLowerCase()}`;
  return text;
}

const UNRESERVED = /^[\w.~-]*$/;

/** RFC 3986: everything but unreserved characters. */
export function encodeStrictly(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
