/** CRC-64/XZ, the checksum that both services answer, as the decimal string they write. */
import { createCRC64 } from 'hash-wasm';
import type { Body } from './object.ts';

export interface Crc64Stream {
  update(bytes: Uint8Array): void;
  /** The checksum of everything so far; ends the stream. */
  digest(): string;
}

export interface Crc64 {
  of(bytes: Uint8Array): string;
  /** Any number of streams may be open at once. */
  stream(): Crc64Stream;
}

export async function loadCrc64(): Promise<Crc64> {
  const hasher = await createCRC64();
  // `init` builds the tables anew, which takes longer than 4 KiB of checksum: its result is kept instead.
  const fresh = hasher.init().save();
  let entered: State | undefined;

  /** One WebAssembly instance serves all streams: its state is swapped when another stream goes on. */
  function enter(state: State): void {
    if (entered === state) return;
    if (entered) entered.saved = hasher.save();
    hasher.load(state.saved);
    entered = state;
  }

  function stream(): Crc64Stream {
    const state: State = { saved: fresh };
    return {
      update(bytes) {
        enter(state);
        hasher.update(bytes);
      },
      digest() {
        enter(state);
        entered = undefined;
        return BigInt(`0x${hasher.digest()}`).toString();
      },
    };
  }

  return {
    stream,
    of(bytes) {
      const whole = stream();
      whole.update(bytes);
      return whole.digest();
    },
  };
}

/** What a stream had when another one took the instance. */
interface State {
  saved: Uint8Array;
}

export async function crc64OfBody(crc64: Crc64, body: Body): Promise<string> {
  const stream = crc64.stream();
  for await (const chunk of body.read(0, body.size)) stream.update(chunk);
  return stream.digest();
}
