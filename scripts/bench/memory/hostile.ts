/** Keys of the most bytes that a store takes, which compress badly, each at its place in the order. */
import { hex8, mix } from '../../../test/standins/kernel/mix.ts';

export const OSS_KEY_BYTES = 1_023;
export const COS_KEY_BYTES = 850;

/** What looks like chance, and more of it than gzip looks back over. */
const CHANCE = Array.from({ length: 2 ** 17 }, (_, word) => hex8(mix(word, 1))).join('');

/** Ten digits that rise with the index, then a piece of chance. */
export function longKey(index: number, bytes: number): string {
  const from = mix(index, 2) % (CHANCE.length - bytes);
  return String(index).padStart(10, '0') + CHANCE.slice(from, from + bytes - 10);
}
