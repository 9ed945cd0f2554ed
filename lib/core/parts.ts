/** How a large object is cut into parts. */
import { GiB, MiB } from './bytes.ts';

/** COS takes 1-10,000 parts of 1 MiB-5 GiB (document 436/14518). */
export const COS_PARTS = { partBytesMin: 1 * MiB, partBytesMax: 5 * GiB, partCountMax: 10_000 } as const;

/** The largest object COS holds, which is also the largest that OSS does: 48.8 TiB. */
export const OBJECT_BYTES_MAX = COS_PARTS.partCountMax * COS_PARTS.partBytesMax;

/** Above this an object is uploaded in parts: one PUT of 64 MiB is still resent cheaply. */
export const MULTIPART_ABOVE_BYTES = 64 * MiB;

/** Parts of 8 MiB keep memory small and retries cheap; larger objects take larger parts. */
export const PART_BYTES = 8 * MiB;

export interface PartSpan {
  /** From 1. */
  readonly partNumber: number;
  readonly from: number;
  readonly to: number;
}

/** Parts that tile `[0, size)`: all of one length but the last. */
export function planParts(size: number, partBytes = PART_BYTES): PartSpan[] {
  const length = partLength(size, partBytes);
  return Array.from({ length: Math.ceil(size / length) }, (_, i) => ({
    partNumber: i + 1,
    from: i * length,
    to: Math.min((i + 1) * length, size),
  }));
}

/** A whole number of MiB, so that at most 10,000 parts make up any object that COS takes. */
function partLength(size: number, partBytes: number): number {
  const fitting = Math.ceil(size / COS_PARTS.partCountMax / MiB) * MiB;
  return Math.max(partBytes, fitting);
}
