/** Cutting a stream of entries into segments: the unit of work that one message rings for. */
import { GiB } from './bytes.ts';
import type { Entry } from './object.ts';

/** One listing page, and what one function moves within its time: about 240 s at 18 MB/s. */
export const SEGMENT_LIMITS = { entriesMax: 1_000, bytesMax: 4 * GiB } as const;

export interface SegmentCut {
  readonly entries: readonly Entry[];
  readonly bytes: number;
}

/** Cuts entries, in their order, into segments within the limits; a single larger object is a segment of its own. */
export function cutSegments(
  entries: readonly Entry[],
  limits: { entriesMax: number; bytesMax: number } = SEGMENT_LIMITS,
): SegmentCut[] {
  const cuts: SegmentCut[] = [];
  let current: Entry[] = [];
  let bytes = 0;
  const close = () => {
    if (current.length > 0) cuts.push({ entries: current, bytes });
    current = [];
    bytes = 0;
  };
  for (const entry of entries) {
    const size = entry.size ?? 0;
    if (current.length >= limits.entriesMax || (current.length > 0 && bytes + size > limits.bytesMax))
      close();
    current.push(entry);
    bytes += size;
  }
  close();
  return cuts;
}
