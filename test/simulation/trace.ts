/** What happened, in order: kept only while a failing seed is replayed, hashed always, so that two runs can be compared. */
import type { VirtualClock } from './virtual-clock.ts';
import { EPOCH_MS } from './virtual-clock.ts';

export class Trace {
  readonly lines: string[] = [];
  readonly #clock: VirtualClock;
  readonly #keeps: boolean;
  #hash = 0;
  #events = 0;

  constructor(clock: VirtualClock, keeps: boolean) {
    this.#clock = clock;
    this.#keeps = keeps;
  }

  add(who: string, what: string, about = ''): void {
    this.#events++;
    this.#mix(this.#clock.now() - EPOCH_MS);
    this.#mix(what.length * 31 + about.length + (what.charCodeAt(0) || 0));
    if (!this.#keeps) return;
    const seconds = ((this.#clock.now() - EPOCH_MS) / 1000).toFixed(3).padStart(9);
    this.lines.push(`${seconds} ${who.padEnd(11)} ${what}${about === '' ? '' : ` ${shown(about)}`}`);
  }

  /** Equal for equal runs. */
  get fingerprint(): string {
    return `${String(this.#events)}-${(this.#hash >>> 0).toString(16)}`;
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ value, 0x01000193) + 1;
  }
}

const SHOWN_CHARACTERS_MAX = 80;

function shown(about: string): string {
  const text = JSON.stringify(about).slice(1, -1);
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}
