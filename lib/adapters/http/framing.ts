/** Where a response body ends: by its Content-Length, by its chunks, or with the connection (RFC 9112, 6.3). */
import type { ResponseHead } from './head.ts';

/** A chunk's size line or a trailer beyond this is no honest server's. */
const LINE_CHARS_MAX = 8192;

export interface Framing {
  readonly done: boolean;
  /** Bytes still to come, where that is known. */
  readonly bytesLeft: number | undefined;
  /** Hands the body's part of these bytes to `emit`, returns how many it took; fewer only when done. */
  take(bytes: Buffer, emit: (chunk: Buffer) => void): number;
}

/** Throws a TypeError where the head contradicts itself. */
export function framingOf(method: string, head: ResponseHead): Framing {
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return new FixedFraming(0);
  const encoding = head.header('transfer-encoding');
  if (encoding?.toLowerCase() === 'chunked') return new ChunkedFraming();
  if (encoding !== undefined) throw new TypeError(`unknown transfer encoding ${encoding}`);
  const length = head.header('content-length');
  if (length === undefined) return new CloseFraming();
  if (!/^\d{1,15}$/.test(length)) throw new TypeError(`not a Content-Length: ${length}`);
  return new FixedFraming(Number(length));
}

class FixedFraming implements Framing {
  bytesLeft: number;

  constructor(bytes: number) {
    this.bytesLeft = bytes;
  }

  get done(): boolean {
    return this.bytesLeft === 0;
  }

  take(bytes: Buffer, emit: (chunk: Buffer) => void): number {
    const count = Math.min(bytes.length, this.bytesLeft);
    this.bytesLeft -= count;
    if (count > 0) emit(count === bytes.length ? bytes : bytes.subarray(0, count));
    return count;
  }
}

export class CloseFraming implements Framing {
  readonly done = false;
  readonly bytesLeft = undefined;

  take(bytes: Buffer, emit: (chunk: Buffer) => void): number {
    emit(bytes);
    return bytes.length;
  }
}

class ChunkedFraming implements Framing {
  done = false;
  readonly bytesLeft = undefined;
  #expects: 'size' | 'payload' | 'payload-end' | 'trailer' = 'size';
  #payloadLeft = 0;
  #line = '';

  take(bytes: Buffer, emit: (chunk: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && !this.done) {
      at = this.#expects === 'payload' ? this.#takePayload(bytes, at, emit) : this.#takeLine(bytes, at);
    }
    return at;
  }

  #takePayload(bytes: Buffer, at: number, emit: (chunk: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#payloadLeft);
    this.#payloadLeft -= end - at;
    if (this.#payloadLeft === 0) this.#expects = 'payload-end';
    emit(bytes.subarray(at, end));
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(0x0a, at);
    this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
    if (this.#line.length > LINE_CHARS_MAX) throw new TypeError('a line of the chunked body is too long');
    if (end < 0) return bytes.length;
    const line = this.#line.trim();
    this.#line = '';
    this.#endLine(line);
    return end + 1;
  }

  #endLine(line: string): void {
    if (this.#expects === 'trailer') this.done = line === '';
    else if (this.#expects === 'payload-end') {
      if (line !== '') throw new TypeError('a chunk is longer than its size');
      this.#expects = 'size';
    } else {
      const size = /^[0-9a-f]{1,12}(?=$|[ \t;])/i.exec(line)?.[0];
      if (size === undefined) throw new TypeError('a chunk without a size');
      this.#payloadLeft = parseInt(size, 16);
      this.#expects = this.#payloadLeft === 0 ? 'trailer' : 'payload';
    }
  }
}
