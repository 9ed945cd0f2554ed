/** How texts become columns, without loss: keys as UTF-8 bytes, everything else as JSON in ASCII. */
import type { Bytes } from './schema.ts';

/** Throws TypeError for what no store's key is: text that UTF-8 cannot hold, or that the column would cut. */
export function encodeKey(text: string, bytesMax: number): Buffer {
  if (!text.isWellFormed()) throw new TypeError(`not valid Unicode: ${JSON.stringify(text)}`);
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > bytesMax)
    throw new TypeError(`${bytes.length} bytes where the table holds ${bytesMax}: ${JSON.stringify(text)}`);
  return bytes;
}

export function decodeKey(bytes: Bytes): string {
  return Buffer.from(bytes as Uint8Array).toString('utf8');
}

/** ASCII alone: a database's character set cannot change it, and SQLite's texts would end at a NUL. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Rows are ours alone: what was written by `toJson` is read back as what it was. */
export function fromJson(text: string): unknown {
  return JSON.parse(text);
}
