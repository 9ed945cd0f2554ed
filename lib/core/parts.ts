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

/**
 * A larger object is spread: its parts are divided into ranges that any functions copy side by side. `rangeBytes`: what
 * one function moves in a minute at 18 MB/s; a larger part is a range of its own.
 */
export const SPREAD = { aboveBytes: 4 * GiB, rangeBytes: 1 * GiB, partBytes: PART_BYTES } as const;

/** Parts of one object under way in one function hold no more than this together, so that the largest of them end within its time. */
const UNDER_WAY_BYTES_MAX = 2 * GiB;

/** Parts of one object under way at once: enough to fill a line, while other objects get their turn. */
export function partLanes(partBytes: number): number {
  return Math.max(1, Math.min(PART_LANES, Math.floor(UNDER_WAY_BYTES_MAX / Math.max(1, partBytes))));
}

const PART_LANES = 8;

/** `partBytes`, or the whole number of MiB of which at most 10,000 make up the object. */
export function partLength(size: number, partBytes = PART_BYTES): number {
  const fitting = Math.ceil(size / COS_PARTS.partCountMax / MiB) * MiB;
  return size <= partBytes * COS_PARTS.partCountMax ? partBytes : fitting;
}
