/**
 * What this process has done of segments that no total counts yet, so that whoever watches sees it move. Nothing
 * depends on it: results in COS and rows in the table are the truth.
 */
import type { Outcome } from '../core/outcomes.ts';
import { addTallies, NO_TALLY, type Tally } from '../core/slices.ts';

export class LiveWork {
  private readonly tasks = new Map<string, Map<string, LiveSegment>>();

  /** Doubled runs of a segment share one count. */
  segment(taskId: string, segmentId: string): LiveSegment {
    const segments = this.tasks.get(taskId) ?? new Map<string, LiveSegment>();
    this.tasks.set(taskId, segments);
    const segment = segments.get(segmentId) ?? new LiveSegment();
    segments.set(segmentId, segment);
    return segment;
  }

  /** What all segments not forgotten have done. */
  tally(taskId: string): Tally {
    const segments = [...(this.tasks.get(taskId)?.values() ?? [])];
    return segments.map((segment) => segment.tally()).reduce(addTallies, NO_TALLY);
  }

  /** What all segments of all tasks have done. */
  total(): Tally {
    return [...this.tasks.keys()].map((taskId) => this.tally(taskId)).reduce(addTallies, NO_TALLY);
  }

  /** Forgets a segment, and answers what it had done. */
  take(taskId: string, segmentId: string): Tally {
    const segments = this.tasks.get(taskId);
    const tally = segments?.get(segmentId)?.tally() ?? NO_TALLY;
    segments?.delete(segmentId);
    if (segments?.size === 0) this.tasks.delete(taskId);
    return tally;
  }

  /** Forgets the segments that the totals count: tallies follow frozen segments, not single slices. */
  async forget(
    taskId: string,
    countedOf: (segmentIds: readonly string[]) => Promise<readonly string[]>,
  ): Promise<void> {
    const segments = this.tasks.get(taskId);
    if (segments === undefined || segments.size === 0) return;
    for (const segmentId of await countedOf([...segments.keys()])) segments.delete(segmentId);
  }
}

export class LiveSegment {
  private readonly counted = new Set<number>();
  private readonly copied = { objects: 0, bytes: 0 };
  private readonly skipped = { objects: 0, bytes: 0 };
  private readonly failed = { objects: 0, bytes: 0 };
  private readonly verified = { crc64: 0, size: 0 };
  /** Of large objects under way, by entry and share. */
  private readonly arrivedBytes = new Map<number, Map<number, number>>();

  /** `bytes` of the entry's present upload have arrived; of a spread object, what no table counts of those parts that begin with `share`. */
  arrived(at: number, bytes: number, share = 0): void {
    if (this.counted.has(at)) return;
    const shares = this.arrivedBytes.get(at) ?? new Map<number, number>();
    this.arrivedBytes.set(at, shares.set(share, bytes));
  }

  /** Undefined: the entry was stopped, and will be tried again. Each entry counts once, as it first ended. */
  ended(at: number, outcome: Outcome | undefined): void {
    this.arrivedBytes.delete(at);
    if (outcome === undefined || this.counted.has(at)) return;
    this.counted.add(at);
    this[outcome.kind].objects++;
    this[outcome.kind].bytes += outcome.bytes;
    if (outcome.kind === 'copied') this.verified[outcome.verified]++;
  }

  /** Parts that arrived are bytes copied, of an object that is not. */
  tally(): Tally {
    const { objects, bytes } = this.copied;
    const copied = { objects, bytes: this.arriving().reduce((a, b) => a + b, bytes) };
    return {
      copied,
      skipped: { ...this.skipped },
      failed: { ...this.failed },
      verified: { ...this.verified },
    };
  }
  private arriving(): number[] {
    return [...this.arrivedBytes.values()].flatMap((shares) => [...shares.values()]);
  }
}
