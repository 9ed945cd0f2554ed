/** Byte sizes as people write them: `1048576`, `"100MiB"`, `"1.5 GB"`. */

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

const UNITS: Readonly<Record<string, number>> = {
  '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15,
  KI: KiB, MI: MiB, GI: GiB, TI: 1024 * GiB, PI: 1024 * 1024 * GiB,
}; // prettier-ignore

export const BYTES_TEXT = /^(\d+(?:\.\d+)?)\s*([KMGTP]i?)?B?$/i;

/** Bytes of a size; throws `RangeError` on text that is none. SI units count by 1,000, IEC units by 1,024. */
export function parseBytes(size: number | string): number {
  if (typeof size === 'number') return size;
  const match = BYTES_TEXT.exec(size);
  const unit = UNITS[(match?.[2] ?? '').toUpperCase()];
  if (match?.[1] === undefined || unit === undefined) throw new RangeError(`not a byte size: ${size}`);
  return Math.round(Number(match[1]) * unit);
}

/** `1.5 GiB`, `230 B`: three digits at most before the unit changes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let rank = 0;
  while (value >= 999.5 && rank < units.length - 1) {
    value /= 1024;
    rank++;
  }
  return `${rank === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[rank] ?? ''}`;
}
