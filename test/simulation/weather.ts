/** Which faults strike: a profile drawn from the seed, with some kinds left out, so that rare ones are not drowned by common ones. */
import type { SimDice } from './dice.ts';

export const CALL_FAULTS = [
  'request lost', 'answer lost', 'answer late', 'throttled', 'stalled', 'stalled after its effect',
  'died before its effect', 'died after its effect', 'table busy', 'table commit unanswered',
  'stream truncated', 'byte flipped while read', 'byte flipped while written',
] as const; // prettier-ignore
export const MESSAGE_FAULTS = ['message lost', 'message doubled', 'message late'] as const;
/** What follows from faults, or is done by others: counted to prove that it came about. */
export const EVENTS = [
  'message dropped after its last delivery', 'message overtaken', 'time limit reached', 'process died with several invocations',
  'ghost request', 'source object changed', 'source object deleted', 'target object added',
  'task paused', 'task resumed', 'task cancelled',
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
] as const;
const DEATHS = ['died before its effect', 'died after its effect'] as const;
const READ = ['stream truncated', 'byte flipped while read'] as const;
const WRITTEN = ['byte flipped while written'] as const;

/** What can befall a call of a port. */
function faultsOf(port: Port, operation: string): readonly CallFault[] {
  switch (port) {
    case 'source':
      return operation === 'read' ? [...LOST, ...DEATHS, ...READ] : [...LOST, ...DEATHS];
    case 'sink':
      return operation.startsWith('write') ? [...LOST, ...DEATHS, ...WRITTEN] : [...LOST, ...DEATHS];
    case 'state':
      return [...LOST, ...DEATHS];
    case 'table':
      return ['table busy', 'table commit unanswered', ...DEATHS];
    case 'queue':
      return ['request lost', 'answer lost', ...DEATHS];
  }
}

const RATES = [0.01, 0.03, 0.08, 0.2, 0.4, 0.7] as const;
const DEATH_SHARE = 0.15;

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
    if (!this.#storms || !this.#dice.chance(this.#rate)) return undefined;
    const menu = this.#menu(port, operation);
    if (menu.length === 0) return undefined;
    const fault = this.#dice.pick(menu);
    return fault.startsWith('died') && !this.#dice.chance(DEATH_SHARE) ? undefined : fault;
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
