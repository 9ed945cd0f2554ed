/** Flat buckets of any size: keys that exist only as a rule, in UTF-8 byte order. */
import { compareKeys } from '../../../lib/core/keys.ts';
import { hex8, mix } from '../../../test/standins/kernel/mix.ts';
import { longKey, OSS_KEY_BYTES } from '../memory/hostile.ts';
import { KEY_SHAPES, type KeyShape } from '../../../test/standins/oss/key-shapes.ts';

export interface FlatKeys {
  readonly count: number;
  keyAt(index: number): string;
  /** The index of the first key after this one, of any. */
  firstBehind(after: string): number;
}

/** `hex` is evenly spread over the key space, `longest` has keys of the most bytes; the others are the stand-in's. */
export function flatKeys(shape: string, count: number): FlatKeys {
  const keyAt = ruleOf(shape, count);
  return {
    count,
    keyAt,
    firstBehind: (after) => {
      let [low, high] = [0, count];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (compareKeys(keyAt(middle), after) > 0) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

function ruleOf(shape: string, count: number): (index: number) => string {
  if (shape === 'hex') return hex(count);
  if (shape === 'longest') return (index) => longKey(index, OSS_KEY_BYTES);
  return KEY_SHAPES[shape as KeyShape](count);
}

function hex(count: number): (index: number) => string {
  return (index) => hex8(Math.floor((index * 2 ** 32) / count)) + hex8(mix(index, 1));
}
