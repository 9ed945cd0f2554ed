/** Faults of a body in flight: cut, stalled, corrupted or slow, as a generator around the chunks. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.ts';

/** The connection is to be closed after what was sent so far. */
export class CutConnection extends Error {}

/** The connection is to stay open and silent. */
export class StalledConnection extends Error {}

const TICKS_PER_SECOND = 20;

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/** `undefined`: this fault leaves bodies alone. */
export function bodyFault(fault: Fault | undefined): ((chunks: Chunks) => AsyncIterable<Buffer>) | undefined {
  switch (fault?.kind) {
    case 'corrupt':
      return (chunks) => corrupted(chunks, fault.atByte);
    case 'truncate':
      return (chunks) => cut(chunks, fault.afterBytes, () => new CutConnection('truncated'));
    case 'slow':
      return (chunks) => slowed(chunks, fault.bytesPerSecond);
    case 'stall':
      return (chunks) => cut(chunks, fault.afterBytes ?? 0, () => new StalledConnection('stalled'));
    default:
      return undefined;
  }
}

async function* corrupted(chunks: Chunks, atByte: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of chunks) {
    const inChunk = atByte - at;
    at += chunk.length;
    if (inChunk < 0 || inChunk >= chunk.length) {
      yield chunk;
      continue;
    }
    const flipped = Buffer.from(chunk);
    flipped.writeUInt8((chunk[inChunk] ?? 0) ^ 1, inChunk);
    yield flipped;
  }
}

/** Leaves a body that is shorter than `afterBytes` whole. */
async function* cut(chunks: Chunks, afterBytes: number, error: () => Error): AsyncGenerator<Buffer> {
  let left = afterBytes;
  for await (const chunk of chunks) {
    if (chunk.length >= left) {
      if (left > 0) yield chunk.subarray(0, left);
      throw error();
    }
    left -= chunk.length;
    yield chunk;
  }
}

async function* slowed(chunks: Chunks, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const sliceBytes = Math.max(1, Math.floor(bytesPerSecond / TICKS_PER_SECOND));
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes);
      await delay((slice.length / bytesPerSecond) * 1000);
      yield slice;
    }
  }
}
