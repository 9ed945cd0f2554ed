/** Bytes that follow from a seed, so that an object of terabytes can be read, written and verified without existing. */
import { createCipheriv, createHash } from 'node:crypto';
import { combineCrc64 } from '../../core/crc64.ts';
import { crc64Of, type MemoryBody } from './body.ts';

/**
 * One random block is repeated. Its length is a prime, so that equal ranges of two parts never look alike: their
 * distance is a multiple of 1 MiB and below 48.8 TiB, hence no multiple of the prime.
 */
const PERIOD = 1_048_573;
const STEP_BYTES = 4 * 1024;
const CHUNK_BYTES = 64 * 1024;
const BLOCKS_KEPT_MAX = 16;

/** A body of `size` bytes; another seed gives others. Its CRC-64 takes a time that grows with the logarithm of its size. */
export function periodicBody(seed: number, size: number): MemoryBody {
  return new PeriodicBody(seed, 0, size);
}

class PeriodicBody implements MemoryBody {
  readonly isHeld = false;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  #crc64: Promise<string> | undefined;

  constructor(seed: number, from: number, to: number) {
    this.seed = seed;
    this.from = from;
    this.to = to;
  }

  get size(): number {
    return this.to - this.from;
  }

  slice(from: number, to: number): PeriodicBody {
    const end = Math.min(this.from + to, this.to);
    return new PeriodicBody(this.seed, Math.min(this.from + from, end), end);
  }

  crc64(): Promise<string> {
    return (this.#crc64 ??= blockOf(this.seed).crc64(this.from, this.to));
  }

  digest(): Buffer {
    return createHash('md5')
      .update(`${String(this.seed)} ${String(this.from)} ${String(this.to)}`)
      .digest();
  }

  *chunks(): Generator<Buffer> {
    const { bytes } = blockOf(this.seed);
    for (let at = this.from; at < this.to;) {
      const phase = at % PERIOD;
      const chunk = bytes.subarray(phase, phase + Math.min(CHUNK_BYTES, this.to - at));
      yield chunk;
      at += chunk.length;
    }
  }

  followedBy(next: MemoryBody): PeriodicBody | undefined {
    if (!(next instanceof PeriodicBody) || next.seed !== this.seed || next.from !== this.to) return undefined;
    return new PeriodicBody(this.seed, this.from, next.to);
  }
}

class Block {
  readonly bytes: Buffer;
  /** CRC-64s of the first n steps. */
  #steps: Promise<readonly string[]> | undefined;
  readonly #prefixes = new Map<number, Promise<string>>();
  readonly #repeats = new Map<number, string>();

  constructor(seed: number) {
    const key = createHash('md5')
      .update(`block ${String(seed)}`)
      .digest();
    this.bytes = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(PERIOD));
  }

  /** Of `[from, to)` of the endless repetition: the end of a block, whole blocks, the start of a block. */
  async crc64(from: number, to: number): Promise<string> {
    const phase = from % PERIOD;
    const headBytes = Math.min(PERIOD - phase, to - from);
    const head = combineCrc64(await this.#prefix(phase), await this.#prefix(phase + headBytes), headBytes);
    const whole = Math.floor((to - from - headBytes) / PERIOD);
    const tailBytes = to - from - headBytes - whole * PERIOD;
    const middle = combineCrc64(head, await this.#repeated(whole), whole * PERIOD);
    return combineCrc64(middle, await this.#prefix(tailBytes), tailBytes);
  }

  /** Of the block's first bytes. Where one part ends another begins: each is asked for twice. */
  #prefix(bytes: number): Promise<string> {
    const known = this.#prefixes.get(bytes);
    if (known !== undefined) return known;
    const crc64 = this.#sumPrefix(bytes);
    this.#prefixes.set(bytes, crc64);
    return crc64;
  }

  async #sumPrefix(bytes: number): Promise<string> {
    this.#steps ??= this.#sumSteps();
    const step = Math.floor(bytes / STEP_BYTES);
    const rest = this.bytes.subarray(step * STEP_BYTES, bytes);
    return combineCrc64((await this.#steps)[step] ?? '0', await crc64Of(rest), rest.length);
  }

  async #sumSteps(): Promise<readonly string[]> {
    const sums = ['0'];
    for (let at = 0; at + STEP_BYTES <= PERIOD; at += STEP_BYTES) {
      const step = await crc64Of(this.bytes.subarray(at, at + STEP_BYTES));
      sums.push(combineCrc64(sums.at(-1) ?? '0', step, STEP_BYTES));
    }
    return sums;
  }

  /** Of that many blocks, by doubling; parts of one length need one or two such counts. */
  async #repeated(count: number): Promise<string> {
    const known = this.#repeats.get(count);
    if (known !== undefined) return known;
    if (count <= 1) return count === 0 ? '0' : this.#prefix(PERIOD);
    const half = Math.floor(count / 2);
    const once = await this.#repeated(half);
    const even = combineCrc64(once, once, half * PERIOD);
    const crc64 = count % 2 === 0 ? even : combineCrc64(even, await this.#repeated(1), PERIOD);
    this.#repeats.set(count, crc64);
    return crc64;
  }
}

const blocks = new Map<number, Block>();

function blockOf(seed: number): Block {
  const known = blocks.get(seed);
  if (known !== undefined) return known;
  const [oldest] = blocks.keys();
  if (blocks.size >= BLOCKS_KEPT_MAX && oldest !== undefined) blocks.delete(oldest);
  const block = new Block(seed);
  blocks.set(seed, block);
  return block;
}
