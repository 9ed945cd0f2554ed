/** Object keys: their order, what COS takes, and how a source key becomes a target key. */

/** COS: keys of 1-850 bytes of UTF-8 (document 436/13324). */
const COS_KEY_BYTES_MAX = 850;

/** Surrogates, and what comes behind them in UTF-16 but before them in UTF-8. */
const HIGH = /[\ud800-\uffff]/;
/** Keys that have more in common are compared faster as a whole. */
const UNITS_FIRST = 16;

/**
 * Compares in UTF-8 byte order, the order of both stores' listings. JavaScript's `<` compares UTF-16 code units,
 * which puts U+E000-U+FFFF after the surrogates of larger code points; only there do the orders differ.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (i === UNITS_FIRST && !HIGH.test(a)) return a > b ? 1 : a < b ? -1 : 0;
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return byteRank(x) - byteRank(y);
  }
  return a.length - b.length;
}

/** Ranks a UTF-16 code unit so that surrogates come after U+FFFF, as their UTF-8 form does. */
function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * A string just before `key` in byte order, to start a listing that is exclusive at its start: everything
 * between the two begins with this string, which no ordinary key does.
 */
export function justBefore(key: string): string {
  const points = [...key];
  const last = points.pop()?.codePointAt(0);
  if (last === undefined || last === 0) return points.join('');
  const previous = last === 0xe000 ? 0xd7ff : last - 1;
  const before = points.join('') + String.fromCodePoint(previous);
  const room = COS_KEY_BYTES_MAX - Buffer.byteLength(before);
  return room >= 4 ? before + '\u{10ffff}' : before;
}

/** The same text, in memory of its own: what was cut from a page of a listing keeps all of the page. */
export function ownText(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

export interface KeyMapping {
  readonly sourcePrefix: string;
  readonly targetPrefix: string;
  readonly stripPrefix: boolean;
}

/** The target key of a source key. Plain concatenation: `//`, dots and spaces are part of a key. */
export function targetKeyOf(sourceKey: string, mapping: KeyMapping): string {
  const strips = mapping.stripPrefix && sourceKey.startsWith(mapping.sourcePrefix);
  return mapping.targetPrefix + (strips ? sourceKey.slice(mapping.sourcePrefix.length) : sourceKey);
}

export interface KeyProblem {
  readonly code: 'KEY_TOO_LONG' | 'KEY_ILLEGAL';
  readonly message: string;
}

/** Why COS would refuse this key (documents 436/13324, 436/14518), or undefined. */
export function cosKeyProblem(key: string): KeyProblem | undefined {
  const illegal = (message: string): KeyProblem => ({ code: 'KEY_ILLEGAL', message });
  if (key === '') return illegal('the target key is empty');
  if (key.length * 3 > COS_KEY_BYTES_MAX && Buffer.byteLength(key) > COS_KEY_BYTES_MAX) {
    return {
      code: 'KEY_TOO_LONG',
      message: `the target key has ${String(Buffer.byteLength(key))} bytes, COS takes ${String(COS_KEY_BYTES_MAX)}`,
    };
  }
  const first = key.charCodeAt(0);
  if (first === 0x2f || first === 0x5c) return illegal('the target key begins with / or \\');
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    if (unit >= 0x18 && unit <= 0x1b) return illegal('the target key holds a control character 0x18-0x1B');
  }
  if (!key.isWellFormed()) return illegal('the target key is not valid Unicode');
  return undefined;
}

const UNRESERVED = /^[A-Za-z0-9\-_.~]*$/;
const UNRESERVED_PATH = /^[A-Za-z0-9\-_.~/]*$/;

/** Percent-encodes everything but the unreserved characters of RFC 3986. */
export function encodeStrictly(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase(),
  );
}

/** Percent-encodes a key for a request path, `/` kept. Never goes through `new URL`, which would collapse `..`. */
export function encodeKey(key: string): string {
  return UNRESERVED_PATH.test(key) ? key : encodeStrictly(key).replaceAll('%2F', '/');
}
