/** Everything that a seed decides is drawn from dice: one for each concern, so that one more draw here moves nothing there. */
import type { Dice } from '../../lib/ports/clock.ts';
import { seededDice } from '../support/seeded-dice.ts';

export class SimDice implements Dice {
  readonly random: () => number;
  readonly unique: () => string;

  constructor(seed: number, concern: string) {
    let mixed = Math.imul(seed, 0x9e3779b1);
    for (const unit of concern) mixed = Math.imul(mixed ^ (unit.codePointAt(0) ?? 0), 0x85ebca6b);
    const dice = seededDice(mixed ^ (mixed >>> 13));
    this.random = () => dice.random();
    this.unique = () => dice.unique();
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.random() * from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }
}
