/** Identifiers and times in the forms the services give them. */
import { randomBytes } from 'node:crypto';

/** For example `ckafka-8tfxzia3`. */
export function newId(prefix: string): string {
  const letters = [...randomBytes(8)].map((byte) => (byte % 36).toString(36));
  return `${prefix}-${letters.join('')}`;
}

/** `YYYY-MM-DD HH:MM:SS` in China's time, as SCF and CLS answer. */
export function chinaTime(atMs: number): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
