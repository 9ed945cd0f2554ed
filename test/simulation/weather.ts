/** Which faults strike: a profile drawn from the seed, with some kinds left out, so that rare ones are not drowned by common ones. */
import type { SimDice } from './dice.ts';

export const CALL_FAULTS = [
  'request lost', 'answer lost', 'answer late', 'throttled', 'stalled', 'stalled after its effect',
  'died before its effect', 'died after its effect', 'table busy', 'table commit unanswered',
  'answer past every timeout', 'clock jumped',
  'stream truncated', 'stream stalled', 'byte flipped while read', 'byte flipped while written',
  'state object truncated', 'state object garbled', 'merge unheard',
] as const; // prettier-ignore
export const MESSAGE_FAULTS = ['message lost', 'message doubled', 'message late'] as const;
/** What follows from faults, or is done by others: counted to prove that it came about. */
export const EVENTS = [
  'message dropped after its last delivery', 'message overtaken', 'time limit reached', 'process died with several invocations',
  'ghost request', 'source object changed', 'source object deleted', 'target object added',
  'task paused', 'task resumed', 'task cancelled',
  'advance lost its race', 'split lost its race', 'freeze lost its race', 'ending lost its race',
] as const; // prettier-ignore

export type CallFault = (typeof CALL_FAULTS)[number];
export type MessageFault = (typeof MESSAGE_FAULTS)[number];
export type Happening = CallFault | MessageFault | (typeof EVENTS)[number];
export type Port = 'source' | 'sink' | 'state' | 'table' | 'queue';

const LOST = [
  'request lost',
  'answer lost',
  'answer late',
  'throttled',
  'stalled',
  'stalled after its effect',
  'answer past every timeout',
  'clock jumped',
] as const;
const DEATHS = ['died before its effect', 'died after its effect'] as const;
const READ = ['stream truncated', 'stream stalled', 'byte flipped while read'] as const;
const WRITTEN = ['byte flipped while written'] as const;
/** What befalls a Complete is mostly this. */
const MERGING = Array.from({ length: 10 }, () => 'merge unheard' as const);
const SPOILED = ['state object truncated', 'state object garbled'] as const;
/** Engines answer, or break the connection off; they do not say that they are asked too often. */
const ENGINE = ['stalled', 'stalled after its effect', 'answer past every timeout', 'clock jumped'] as const;

/** What can befall a call of a port. */
function faultsOf(port: Port, operation: string): readonly CallFault[] {
  switch (port) {
    case 'source':
      return operation === 'read' ? [...LOST, ...DEATHS, ...READ] : [...LOST, ...DEATHS];
    case 'sink':
      if (operation === 'complete') return [...LOST, ...DEATHS, ...MERGING];
      return operation.startsWith('write') ? [...LOST, ...DEATHS, ...WRITTEN] : [...LOST, ...DEATHS];
    case 'state':
      return operation === 'get' ? [...LOST, ...DEATHS, ...SPOILED] : [...LOST, ...DEATHS];
    case 'table':
      return ['table busy', 'table commit unanswered', ...ENGINE, ...DEATHS];
    case 'queue':
      return ['request lost', 'answer lost', ...ENGINE, ...DEATHS];
  }
}

const RATES = [0.01, 0.03, 0.08, 0.2, 0.4, 0.7] as const;
/** Complete is rarely asked for, and mostly when the storm is over. */
const COMPLETE_RATE = 0.5;
/** Of those drawn, so many strike: they put an end to much, and would leave nothing for the others to befall. */
const SHARES: Partial<Record<CallFault, number>> = {
  'died before its effect': 0.15,
  'died after its effect': 0.15,
  'answer past every timeout': 0.05,
  'clock jumped': 0.3,
};
/** How far a process's clock may be off, either way: of two processes the difference is twice that. */
const CLOCK_OFF_MS_MAX = 300_000;

export class Weather {
  readonly counts = new Map<Happening, number>();
  readonly #dice: SimDice;
  readonly #rate: number;
  readonly #messageRate: number;
  readonly #enabled: ReadonlySet<Happening>;
  readonly #menus = new Map<string, readonly CallFault[]>();
  #storms: boolean;

  constructor(dice: SimDice, calm: boolean) {
    this.#dice = dice;
    this.#storms = !calm;
    this.#rate = dice.pick(RATES);
    this.#messageRate = dice.pick(RATES);
    this.#enabled = new Set([...CALL_FAULTS, ...MESSAGE_FAULTS].filter(() => dice.chance(0.6)));
  }

  get storms(): boolean {
    return this.#storms;
  }

  heal(): void {
    this.#storms = false;
  }

  count(happening: Happening): void {
    this.counts.set(happening, (this.counts.get(happening) ?? 0) + 1);
  }

  /** The fault that strikes this call, if one does; not counted yet: it may find nothing to spoil. */
  draw(port: Port, operation: string): CallFault | undefined {
    const rate = operation === 'complete' ? COMPLETE_RATE : this.#rate;
    if (!this.#storms || !this.#dice.chance(rate)) return undefined;
    const menu = this.#menu(port, operation);
    if (menu.length === 0) return undefined;
    const fault = this.#dice.pick(menu);
    const share = SHARES[fault];
    return share !== undefined && !this.#dice.chance(share) ? undefined : fault;
  }

  /** By how much the clock of a process is off, from now on. */
  drawClockOffMs(): number {
    if (!this.#storms || !this.#enabled.has('clock jumped')) return 0;
    return this.#dice.between(-CLOCK_OFF_MS_MAX, CLOCK_OFF_MS_MAX);
  }

  strikesMessage(fault: MessageFault): boolean {
    const strikes = this.#storms && this.#enabled.has(fault) && this.#dice.chance(this.#messageRate);
    if (strikes) this.count(fault);
    return strikes;
  }

  #menu(port: Port, operation: string): readonly CallFault[] {
    const name = `${port}.${operation}`;
    const menu =
      this.#menus.get(name) ?? faultsOf(port, operation).filter((fault) => this.#enabled.has(fault));
    this.#menus.set(name, menu);
    return menu;
  }
}
