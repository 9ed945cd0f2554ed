/**
 * Signatures of object writes, for the hot path: what cos-nodejs-sdk-v5 computes, with the key derived once in a while
 * instead of at every request. A test holds both equal.
 */
import { createHmac, hash } from 'node:crypto';
import type { Credentials } from '../../core/endpoint.ts';
import { encodeStrictly } from '../../core/keys.ts';
import { keyTimeOf, type Pairs, type UnsignedRequest } from './signing.ts';

/** The value of the `Authorization` header. */
export type ObjectSigner = (request: UnsignedRequest, credentials: Credentials, nowMs: number) => string;

/** A derived key serves this long: well within what it is valid for. */
const SPAN_SECONDS = 60;

/** Requests have their query and headers in order of the names. */
export function objectSigner(): ObjectSigner {
  let kept = { secret: '', span: -1, keyTime: '', signKey: '' };
  return ({ method, key, query, headers }, { id, secret }, nowMs) => {
    const span = Math.floor(nowMs / 1000 / SPAN_SECONDS);
    if (kept.span !== span || kept.secret !== secret) {
      const keyTime = keyTimeOf(span * SPAN_SECONDS);
      kept = { secret, span, keyTime, signKey: createHmac('sha1', secret).update(keyTime).digest('hex') };
    }
    const { keyTime, signKey } = kept;
    const format = `${method.toLowerCase()}\n/${key}\n${joined(query)}\n${joined(headers)}\n`;
    const text = `sha1\n${keyTime}\n${hash('sha1', format)}\n`;
    const signature = createHmac('sha1', signKey).update(text).digest('hex');
    return `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=${names(headers)}&q-url-param-list=${names(query)}&q-signature=${signature}`;
  };
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
