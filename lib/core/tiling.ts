/** The proof that a listing is complete: the ranges lie end to end over the whole key space, and all of them are listed. */

export interface Stretch {
  readonly rangeId: string;
  readonly after: string;
  readonly upTo: string | undefined;
  readonly state: 'open' | 'listed' | 'failed';
}

/** Walks ranges in order of `after`; `problem` tells the first gap or overlap, or that one is not listed. */
export class TilingCheck {
  private reached: string | undefined;
  private found: string | undefined;

  /** Behind ranges that were walked before: `reached` is where they end, undefined the end of the key space. */
  constructor(walked: { readonly reached: string | undefined } = { reached: '' }) {
    this.reached = walked.reached;
  }

  add(range: Stretch): void {
    if (this.found !== undefined) return;
    if (this.reached === undefined)
      this.found = `range ${range.rangeId} lies behind the end of the key space`;
    else if (range.after !== this.reached) {
      this.found = `range ${range.rangeId} begins after ${JSON.stringify(range.after)}, the one before it ends at ${JSON.stringify(this.reached)}`;
    } else if (range.state !== 'listed') this.found = `range ${range.rangeId} is not listed to its end`;
    this.reached = range.upTo;
  }

  /** Whatever ranges follow: they do not tile the key space. */
  get broken(): boolean {
    return this.found !== undefined;
  }

  /** Undefined when the ranges added so far cover everything. */
  get problem(): string | undefined {
    return (
      this.found ??
      (this.reached === undefined
        ? undefined
        : `nothing covers the keys after ${JSON.stringify(this.reached)}`)
    );
  }
}
