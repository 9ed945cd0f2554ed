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

/** The polynomial, reflected: bit 63 is x^0. */
const POLYNOMIAL = 0xc96c5795d7870f42n;

/** A linear map over GF(2)^64, as the images of its 64 unit vectors. */
type Matrix = readonly bigint[];

function apply(matrix: Matrix, vector: bigint): bigint {
  let image = 0n;
  for (let bit = 0; vector !== 0n; bit++, vector >>= 1n) {
    if ((vector & 1n) !== 0n) image ^= matrix[bit] ?? 0n;
  }
  return image;
}

const square = (matrix: Matrix): Matrix => matrix.map((column) => apply(matrix, column));

/** What 2^n zero bytes do to a CRC register: entry n, for lengths up to 2^63. */
const zeroBytes: Matrix[] = [];

function zeroBytesMatrix(power: number): Matrix {
  let matrix = zeroBytes[power];
  if (matrix === undefined) {
    matrix = power === 0 ? square(square(square(zeroBit()))) : square(zeroBytesMatrix(power - 1));
    zeroBytes[power] = matrix;
  }
  return matrix;
}

function zeroBit(): Matrix {
  return Array.from({ length: 64 }, (_, bit) => (bit === 0 ? POLYNOMIAL : 1n << BigInt(bit - 1)));
}

/** The CRC-64 of two pieces laid end to end, from their own CRCs (decimal) and the second one's length in bytes. */
export function combineCrc64(first: string, second: string, secondBytes: number): string {
  let register = BigInt(first);
  let rest = secondBytes;
  for (let power = 0; rest > 0; power++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) register = apply(zeroBytesMatrix(power), register);
  }
  return (register ^ BigInt(second)).toString();
}
