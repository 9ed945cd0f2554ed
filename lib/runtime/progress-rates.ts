/** How fast things move now: over the last few updates, not since the start. */
import { bytesLeft, type Report, secondsLeft } from '../core/report.ts';

/** Updates looked back on. */
const UPDATES_MAX = 10;

export interface Rates {
  /** Objects settled: copied, skipped or failed. */
  readonly objectsPerSecond: number;
  /** Bytes copied. */
  readonly bytesPerSecond: number;
  /** Undefined while nobody can tell: the listing goes on, nothing moves, or nothing is left. */
  readonly etaSeconds: number | undefined;
}

interface Point {
  readonly atMs: number;
  readonly objectsSettled: number;
  /** Parts of objects under way included, as in what is copied. */
  readonly bytesSettled: number;
  readonly bytesCopied: number;
}

export class RateWindow {
  readonly #points: Point[] = [];

  /** The rates with this report as the latest; until there are two, those that the report tells. */
  add(report: Report, atMs: number): Rates {
    const { objects, bytes, underWay, throughput } = report;
    const last: Point = {
      atMs,
      objectsSettled: objects.total - objects.pending,
      bytesSettled: bytes.total - bytesLeft(report),
      bytesCopied: bytes.copied + underWay.bytes,
    };
    this.#points.push(last);
    if (this.#points.length > UPDATES_MAX + 1) this.#points.shift();
    const first = this.#points[0] ?? last;
    const seconds = (last.atMs - first.atMs) / 1000;
    if (seconds <= 0) return { ...throughput, etaSeconds: throughput.etaSeconds ?? undefined };
    const rate = (of: keyof Point) => Math.max(0, (last[of] - first[of]) / seconds);
    return {
      objectsPerSecond: rate('objectsSettled'),
      bytesPerSecond: rate('bytesCopied'),
      etaSeconds: etaSeconds(report, rate('objectsSettled'), rate('bytesSettled')),
    };
  }
}

/** By bytes settled: skipping moves nothing, and goes on nevertheless. */
function etaSeconds(report: Report, objectsPerSecond: number, bytesPerSecond: number): number | undefined {
  const { status, objects } = report;
  if (status !== 'running') return undefined;
  const left = { objects: objects.pending, bytes: bytesLeft(report) };
  return secondsLeft(left, { objectsPerSecond, bytesPerSecond });
}
