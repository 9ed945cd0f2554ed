/** CRC-64/XZ (ECMA-182, reflected), the checksum of both stores, as the decimal text they answer. */
import { createCRC64 } from 'hash-wasm';

export interface Crc64 {
  readonly update: (bytes: Uint8Array) => void;
  /** Once, at the end. Decimal, as in `x-oss-hash-crc64ecma` and `x-cos-hash-crc64ecma`. */
  readonly digest: () => string;
}

interface Idle {
  readonly hasher: Awaited<ReturnType<typeof createCRC64>>;
  /** The state before the first byte: building its tables anew costs more than the sum of 4 KiB. */
  readonly fresh: Uint8Array;
}

/** Instances whose sum is finished; as many as were ever under way at once. */
const idle: Idle[] = [];

async function instance(): Promise<Idle> {
  const hasher = await createCRC64();
  return { hasher, fresh: hasher.init().save() };
}

/** One running CRC-64. `"123456789"` gives 11051210869376104954. */
export async function startCrc64(): Promise<Crc64> {
  const taken = idle.pop() ?? (await instance());
  const { hasher, fresh } = taken;
  hasher.load(fresh);
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    digest() {
      idle.push(taken);
      return BigInt(`0x${hasher.digest('hex')}`).toString();
    },
  };
}

/** A polynomial over GF(2) below degree 64, reflected as CRCs are: the top bit of `high` is x^0. In two halves: BigInt takes seven times as long. */
interface Polynomial {
  readonly high: number;
  readonly low: number;
}

/** The remainder of x^64. */
const POLYNOMIAL: Polynomial = { high: 0xc96c5795, low: 0xd7870f42 };
const ONE: Polynomial = { high: 0x80000000, low: 0 };
/** Zero bytes shift by x^8 each. */
const ZERO_BYTE: Polynomial = { high: ONE.high >>> 8, low: 0 };

/** `a · b`, modulo the CRC's polynomial. */
function multiply(a: Polynomial, b: Polynomial): Polynomial {
  let [high, low] = [0, 0];
  let { high: shiftedHigh, low: shiftedLow } = b;
  for (let power = 0; power < 64; power++) {
    const bit = power < 32 ? a.high >>> (31 - power) : a.low >>> (63 - power);
    const isSet = -(bit & 1);
    high ^= shiftedHigh & isSet;
    low ^= shiftedLow & isSet;
    const carries = -(shiftedLow & 1);
    shiftedLow = ((shiftedLow >>> 1) | (shiftedHigh << 31)) ^ (POLYNOMIAL.low & carries);
    shiftedHigh = (shiftedHigh >>> 1) ^ (POLYNOMIAL.high & carries);
  }
  return { high: high >>> 0, low: low >>> 0 };
}

/** What 2^n zero bytes multiply a CRC by: entry n. */
const zeroBytes: Polynomial[] = [ZERO_BYTE];

function zeroBytesFactor(power: number): Polynomial {
  for (let known = zeroBytes.length; known <= power; known++) {
    const last = zeroBytes[known - 1] ?? ONE;
    zeroBytes.push(multiply(last, last));
  }
  return zeroBytes[power] ?? ONE;
}

const LOW_HALF = 0xffff_ffffn;

/** The CRC-64 of two pieces laid end to end, from their own CRCs (decimal) and the second one's length in bytes. */
export function combineCrc64(first: string, second: string, secondBytes: number): string {
  const crc = BigInt(first);
  let shifted: Polynomial = { high: Number(crc >> 32n), low: Number(crc & LOW_HALF) };
  let rest = secondBytes;
  for (let power = 0; rest > 0; power++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shifted = multiply(shifted, zeroBytesFactor(power));
  }
  return (((BigInt(shifted.high) << 32n) | BigInt(shifted.low)) ^ BigInt(second)).toString();
}
