/** A zip that depends on nothing but its content: the same sources give the same bytes, on any day and machine. */
import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';

const UNIX = 3;
/** A plain file, readable by all, in the upper half of a Unix zip's attributes. */
const READABLE = 0o100644 << 16;

export function zipOf(files: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(files).sort();
  const entries = names.map((name) => [name, new TextEncoder().encode(files[name])] as const);
  const epoch = new Date(1980, 0, 1); // a zip tells local time, from this day on
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: epoch, os: UNIX, attrs: READABLE });
}

/** Enough of it to tell two versions apart. */
export function hashOf(zip: Uint8Array): string {
  return createHash('sha256').update(zip).digest('hex').slice(0, 32);
}
