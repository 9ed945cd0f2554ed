/** Faults to order: rules that say which requests go wrong, and how; dice are seeded, so a run can be repeated. */

export type Fault =
  /** Answered instead of doing the work. */
  | { kind: 'status'; status: number; code: string; message?: string; headers?: Record<string, string> }
  /** The work is done, then an error is answered. */
  | { kind: 'statusAfter'; status: number; code: string; message?: string; headers?: Record<string, string> }
  /** 200 with an `<Error>` body behind spaces, as COS may answer to Complete and Copy; `done`: the work is done first. */
  | { kind: 'errorIn200'; code: string; message?: string; done?: boolean }
  /** The connection is destroyed before, or after, the work. */
  | { kind: 'reset' }
  | { kind: 'resetAfter' }
  /** Somebody else acts just before the work is done: writes an object, ends an upload. */
  | { kind: 'meanwhile'; act: () => void | Promise<void> }
  /** Never answers, or stops in mid-body, until the client gives up. */
  | { kind: 'stall'; afterBytes?: number }
  /** The work is done, and never answered. */
  | { kind: 'stallAfter' }
  /** The body is cut and the connection closed. */
  | { kind: 'truncate'; afterBytes: number }
  /** The lowest bit of one byte is flipped: in the body sent (GET), or received (PUT: stored and checksummed as corrupted). */
  | { kind: 'corrupt'; atByte: number }
  | { kind: 'slow'; bytesPerSecond: number };

export interface FaultRule {
  readonly when?: {
    method?: string;
    action?: string;
    bucket?: string;
    key?: string | RegExp;
    /** Only the nth match, 1-based. */
    nth?: number;
    probability?: number;
  };
  /** How often it fires at most; default unlimited. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface FaultSubject {
  readonly method: string;
  readonly action: string;
  readonly bucket: string;
  readonly key: string;
}

export interface FaultHandle {
  readonly fired: number;
  remove(): void;
}

interface Armed {
  readonly rule: FaultRule;
  matches: number;
  fired: number;
}

export class Faults {
  private readonly armed = new Set<Armed>();
  private dice: number;

  constructor(seed = 1) {
    this.dice = seed >>> 0;
  }

  add(rule: FaultRule): FaultHandle {
    const entry: Armed = { rule, matches: 0, fired: 0 };
    this.armed.add(entry);
    return {
      get fired() {
        return entry.fired;
      },
      remove: () => void this.armed.delete(entry),
    };
  }

  clear(): void {
    this.armed.clear();
  }

  /** The fault of the first rule that fires; every rule that matches counts the request, fired or not. */
  take(subject: FaultSubject): Fault | undefined {
    let taken: Armed | undefined;
    for (const entry of this.armed) {
      if (!matches(entry.rule, subject)) continue;
      entry.matches += 1;
      if (!taken && this.fires(entry)) taken = entry;
    }
    if (taken) taken.fired += 1;
    return taken?.rule.fault;
  }

  private fires({ rule, matches: seen, fired }: Armed): boolean {
    if (fired >= (rule.times ?? Infinity)) return false;
    if (rule.when?.nth !== undefined && rule.when.nth !== seen) return false;
    return rule.when?.probability === undefined || this.roll() < rule.when.probability;
  }

  /** mulberry32: a number in [0, 1). */
  private roll(): number {
    this.dice = (this.dice + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.dice ^ (this.dice >>> 15), this.dice | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }
}

function matches({ when }: FaultRule, subject: FaultSubject): boolean {
  if (!when) return true;
  if (when.method !== undefined && when.method !== subject.method) return false;
  if (when.action !== undefined && when.action !== subject.action) return false;
  if (when.bucket !== undefined && when.bucket !== subject.bucket) return false;
  if (when.key === undefined) return true;
  // A global RegExp remembers where it stopped: `search` does not.
  return typeof when.key === 'string' ? when.key === subject.key : subject.key.search(when.key) >= 0;
}
