/** The percent-encoding of COS: all but RFC 3986's unreserved characters, in signatures and in listings. */

const RESERVED = /[!'()*]/g;

/** Of text, as its UTF-8 bytes. */
export function encodeText(text: string): string {
  return encodeURIComponent(text).replace(RESERVED, percent);
}

/** Of bytes held as a latin1 string, as node:http hands out header values. */
export function encodeLatin1(bytes: string): string {
  return /^[\x20-\x7e]*$/.test(bytes) ? encodeText(bytes) : bytes.replace(/[^A-Za-z0-9_.~-]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
