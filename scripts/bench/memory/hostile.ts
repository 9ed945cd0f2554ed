/** Keys of the most bytes that a store takes, which compress badly, each at its place in the order. */
import { hex8, mix } from '../../../test/standins/kernel/mix.ts';

export const OSS_KEY_BYTES = 1_023;
export const COS_KEY_BYTES = 850;

/** Ten digits that rise with the index, then what looks like chance. */
export function longKey(index: number, bytes: number): string {
  let key = String(index).padStart(10, '0');
  for (let word = 0; key.length < bytes; word++) key += hex8(mix(index, word));
  return key.slice(0, bytes);
}
