/**
 * The one deterministic content of every benchmark object: a repeated block, so that the MD5 and the
 * CRC-64 of an object of any size are known without reading it.
 */
import { createHash } from 'node:crypto';
import { createCRC64 } from 'hash-wasm';

const BLOCK_BYTES = 8 * 1024 * 1024;
/** Larger objects count as uploaded in parts: OSS gives those an ETag that is no MD5. */
const MD5_BYTES_MAX = 64 * 1024 * 1024;
/** CRC-64/XZ, reflected. */
const POLYNOMIAL = 0xc96c5795d7870f42n;
const ONE = 1n << 63n;

export interface Content {
  readonly block: Buffer;
  /** Decimal CRC-64 of an object of that size. */
  crcOf(size: number): string;
  /** Quoted upper-case ETag, as OSS writes it. */
  etagOf(size: number): string;
  /** The bytes [from, to) of an object, as views of the block. */
  slices(from: number, to: number): Buffer[];
  /** Decimal CRC-64 of any bytes. */
  crcOfBytes(bytes: Buffer): string;
}

export async function syntheticContent(): Promise<Content> {
  const hasher = await createCRC64();
  const block = deterministicBlock();
  const crcOfBytes = (bytes: Buffer): bigint => BigInt('0x' + hasher.init().update(bytes).digest('hex'));
  const blockCrc = crcOfBytes(block);
  const crcOf = (size: number): bigint => {
    const tail = size % BLOCK_BYTES;
    const whole = repeatedCrc(blockCrc, Math.floor(size / BLOCK_BYTES));
    return tail === 0 ? whole : combineCrc(whole, crcOfBytes(block.subarray(0, tail)), tail);
  };
  const slices = (from: number, to: number): Buffer[] => slicesOf(block, from, to);
  return {
    block,
    slices,
    crcOf: remembered((size) => crcOf(size).toString()),
    etagOf: remembered((size) => etagOf(size, slices)),
    crcOfBytes: (bytes) => crcOfBytes(bytes).toString(),
  };
}

function deterministicBlock(): Buffer {
  const words = new Uint32Array(BLOCK_BYTES / 4);
  let state = 2463534242;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return Buffer.from(words.buffer);
}

function slicesOf(block: Buffer, from: number, to: number): Buffer[] {
  const slices: Buffer[] = [];
  for (let at = from; at < to;) {
    const start = at % BLOCK_BYTES;
    const end = Math.min(BLOCK_BYTES, start + to - at);
    slices.push(block.subarray(start, end));
    at += end - start;
  }
  return slices;
}

function etagOf(size: number, slices: Content['slices']): string {
  const hash = createHash('md5');
  const whole = size <= MD5_BYTES_MAX;
  for (const slice of slices(0, whole ? size : 1024)) hash.update(slice);
  const digest = hash.digest('hex').toUpperCase();
  return whole ? `"${digest}"` : `"${digest}-${String(Math.ceil(size / BLOCK_BYTES))}"`;
}

function repeatedCrc(blockCrc: bigint, count: number): bigint {
  let crc = 0n;
  for (let done = 0; done < count; done++) crc = combineCrc(crc, blockCrc, BLOCK_BYTES);
  return crc;
}

/** CRC of `a` followed by `b`, where `b` is `bytes` long: the first is shifted by so many zero bytes. */
function combineCrc(a: bigint, b: bigint, bytes: number): bigint {
  return a === 0n ? b : multiply(a, zeroBytes(bytes)) ^ b;
}

/** x^(8·bytes) modulo the polynomial. */
const zeroBytes = remembered((bytes: number): bigint => {
  let power = ONE;
  let square = ONE >> 8n;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiply(power, square);
    square = multiply(square, square);
  }
  return power;
});

function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = ONE; bit > 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= shifted;
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ POLYNOMIAL : shifted >> 1n;
  }
  return product;
}

function remembered<T>(compute: (size: number) => T): (size: number) => T {
  const known = new Map<number, T>();
  return (size) => {
    const found = known.get(size);
    if (found !== undefined) return found;
    const value = compute(size);
    known.set(size, value);
    return value;
  };
}
