/**
 * Joins CRC-64/XZ values: from the CRCs of two neighbouring pieces to the CRC of both together, without
 * touching a byte. COS states a whole-object CRC at CompleteMultipartUpload; so does this stand-in.
 */

/** The polynomial of ECMA-182, bit-reversed: bit 63 stands for x^0. */
const POLYNOMIAL = 0xc96c5795d7870f42n;
const ONE = 1n << 63n;

/** `a · b` modulo the polynomial, both bit-reversed. */
function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = ONE; bit !== 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ POLYNOMIAL : shifted >> 1n;
  }
  return product;
}

/** `squares[n]` is x^(8·2^n): what 2^n bytes of zeros multiply a CRC by. */
const squares: bigint[] = [ONE >> 8n];

function square(n: number): bigint {
  for (let have = squares.length; have <= n; have++) {
    const last = squares[have - 1] ?? ONE;
    squares.push(multiply(last, last));
  }
  return squares[n] ?? ONE;
}

/** Parts of one upload are of one or two lengths, so the last few factors serve nearly all calls. */
const factors = new Map<number, bigint>();
const FACTORS_MAX = 64;

function zerosFactor(byteCount: number): bigint {
  const known = factors.get(byteCount);
  if (known !== undefined) return known;
  let factor = ONE;
  let rest = byteCount;
  for (let n = 0; rest > 0; n++) {
    if (rest % 2 === 1) factor = multiply(factor, square(n));
    rest = Math.floor(rest / 2);
  }
  if (factors.size >= FACTORS_MAX) factors.clear();
  factors.set(byteCount, factor);
  return factor;
}

/** CRC of `first ++ second`, as decimal; `secondBytes` is the length of the second piece. */
export function crc64Combine(first: string, second: string, secondBytes: number): string {
  return (multiply(BigInt(first), zerosFactor(secondBytes)) ^ BigInt(second)).toString();
}
