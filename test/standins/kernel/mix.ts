/** Cheap, repeatable randomness for made-up bytes, ETags and keys. */

/** A 32-bit hash of two numbers below 2^53. */
export function mix(a: number, b: number): number {
  let h = Math.imul((a ^ Math.floor(a / 0x1_0000_0000)) + 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ b ^ Math.floor(b / 0x1_0000_0000), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return (h ^ (h >>> 16)) >>> 0;
}

let quads: string[] | undefined;

/** Eight lower-case hexadecimal digits of a 32-bit number, by table: `toString(16)` and `padStart` take ten times as long. */
export function hex8(word: number): string {
  quads ??= Array.from({ length: 0x1_0000 }, (_, quad) => quad.toString(16).padStart(4, '0'));
  return (quads[word >>> 16] ?? '') + (quads[word & 0xffff] ?? '');
}
