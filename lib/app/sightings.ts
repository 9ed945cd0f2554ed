/** For how long something has been as it is, as far as this process has seen: clocks of others are not asked. */

/** Beyond this all is forgotten, and has just been seen. */
const NAMES_MAX = 10_000;

export class Sightings {
  private readonly seen = new Map<string, { readonly what: string; readonly sinceMs: number }>();

  /** Since it was first seen to be `what`. */
  ageMs(name: string, what: string, nowMs: number): number {
    const known = this.seen.get(name);
    if (known?.what === what && nowMs >= known.sinceMs) return nowMs - known.sinceMs;
    if (this.seen.size >= NAMES_MAX) this.seen.clear();
    this.seen.set(name, { what, sinceMs: nowMs });
    return 0;
  }

  /** True at most once in so long. */
  isTime(name: string, everyMs: number, nowMs: number): boolean {
    const turn = String(Math.floor(nowMs / everyMs));
    const isTime = this.seen.get(name)?.what !== turn;
    if (isTime) this.ageMs(name, turn, nowMs);
    return isTime;
  }
}
