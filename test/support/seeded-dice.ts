/** Dice that fall the same way every time. */
import type { Dice } from '../../lib/ports/clock.ts';

/** Mulberry32: 32 bits of state, good enough to choose delays and orders by. */
export function seededDice(seed: number): Dice {
  let state = seed >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const letter = (): string => Math.floor(random() * 36).toString(36);
  return { random, unique: () => Array.from({ length: 16 }, letter).join('') };
}
