/** What can happen to a content on its way: broken off, or one byte changed. */
import type { Content } from '../../lib/ports/object-source.ts';
import { failure, type SimProcess } from './process.ts';

export interface Spoil {
  /** Half of it comes, then the connection breaks, or nothing any more. */
  readonly breaks: 'off' | 'silent' | undefined;
  /** Which byte changes; undefined for none. */
  readonly flipsAt: number | undefined;
}

/** Where no byte moves for this long, a client gives up. */
const SILENCE_MS = 60_000;

async function brokenOff({ clock }: SimProcess, how: 'off' | 'silent', signal: AbortSignal): Promise<never> {
  if (how === 'off') throw failure('unavailable', 'content');
  await clock.sleep(SILENCE_MS, signal);
  throw failure('timeout', 'content');
}

/** Bytes once more, or a stream in two pieces a chunk that ends with its process. */
export async function passedOn(
  content: Content,
  process: SimProcess,
  spoil: Spoil,
  signal: AbortSignal,
): Promise<Content> {
  const { breaks } = spoil;
  if (content.kind === 'bytes') {
    if (breaks !== undefined) return brokenOff(process, breaks, signal);
    return { kind: 'bytes', bytes: flipped(content.bytes, spoil.flipsAt) };
  }
  const { chunks } = content;
  async function* passing(): AsyncIterable<Uint8Array> {
    let at = 0;
    for await (const chunk of chunks) {
      if (process.dead) await new Promise<never>(() => undefined);
      const bytes = flipped(chunk, spoil.flipsAt === undefined ? undefined : spoil.flipsAt - at);
      at += chunk.length;
      const middle = chunk.length >> 1;
      yield bytes.subarray(0, middle);
      if (breaks !== undefined) await brokenOff(process, breaks, signal);
      yield bytes.subarray(middle);
    }
    if (breaks !== undefined) await brokenOff(process, breaks, signal);
  }
  return {
    ...content,
    chunks: passing(),
    destroy: () => {
      content.destroy();
    },
  };
}

function flipped(bytes: Uint8Array, at: number | undefined): Uint8Array {
  if (at === undefined || at < 0 || at >= bytes.length) return bytes;
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x40;
  return copy;
}

export function bytesOf(content: Content): number {
  return content.kind === 'bytes' ? content.bytes.length : content.size;
}
