/** One request and its answer: collects the body's bytes and settles the caller's promise once. */
import { HttpAbortError } from './errors.ts';
import { ChunkQueue, type ChunkSource } from './chunk-queue.ts';
import { CloseFraming, type Framing, framingOf } from './framing.ts';
import { ResponseHead } from './head.ts';
import { allocate } from './slab.ts';
import type { HttpRequest, HttpResponse, ResponseBody } from './types.ts';

const BUFFER_BYTES_DEFAULT = 64 * 1024;

export class Exchange {
  readonly request: HttpRequest;
  readonly promise: Promise<HttpResponse>;
  /** Set by whoever works on it: where an abort goes. */
  onAbort: ((error: Error) => void) | undefined;
  /** Called once the request has ended, however it did. */
  onSettled: (() => void) | undefined;
  #resolve!: (response: HttpResponse) => void;
  #reject!: (error: Error) => void;
  #head: ResponseHead | undefined;
  #framing: Framing | undefined;
  #bytes: Buffer | undefined;
  #filled = 0;
  #queue: ChunkQueue | undefined;

  constructor(request: HttpRequest) {
    this.request = request;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get answered(): boolean {
    return this.#head !== undefined;
  }

  get keepsAlive(): boolean {
    return this.#head?.keepsAlive() ?? false;
  }

  get done(): boolean {
    return this.#framing?.done ?? false;
  }

  /** True while the consumer of the body is behind. */
  get paused(): boolean {
    return this.#queue?.full ?? false;
  }

  abort(): void {
    this.onAbort?.(new HttpAbortError('the request was aborted', { cause: this.request.signal.reason }));
  }

  /** Takes a final head; the body follows by `take` or by `room` and `filled`. */
  begin(text: string, source: ChunkSource): void {
    const head = new ResponseHead(text);
    const framing = framingOf(this.request.method, head);
    this.#head = head;
    this.#framing = framing;
    const size = framing.bytesLeft;
    const { bufferBytesMax = BUFFER_BYTES_DEFAULT } = this.request;
    if (size !== undefined && size <= bufferBytesMax) this.#bytes = (this.request.allocate ?? allocate)(size);
    else this.#openStream(new ChunkQueue(source), size);
  }

  /** Takes bytes that will be overwritten; returns how many belonged to this answer. */
  take(bytes: Buffer): number {
    return this.#framing?.take(bytes, this.#emit) ?? 0;
  }

  /** The place for the next bytes of a body, so that the socket can write there itself. */
  room(): Buffer | undefined {
    if (this.#bytes !== undefined && this.#filled < this.#bytes.length)
      return this.#bytes.subarray(this.#filled);
    // Between chunks there is more than the body.
    return this.#framing?.bytesLeft === undefined ? undefined : this.#queue?.room();
  }

  /** The body is complete. */
  finish(): void {
    if (this.#bytes !== undefined) this.#answer({ kind: 'bytes', bytes: this.#bytes });
    this.#queue?.end();
    this.onSettled?.();
  }

  fail(error: Error): void {
    this.#reject(error);
    this.#queue?.end(error);
    this.onSettled?.();
  }

  /** Whether the closed connection is the body's proper end. */
  endsWithConnection(): boolean {
    return this.#framing instanceof CloseFraming;
  }

  readonly #emit = (chunk: Buffer): void => {
    if (this.#bytes === undefined) {
      this.#queue?.push(chunk);
      return;
    }
    const { buffer, byteOffset } = this.#bytes;
    const inPlace = chunk.buffer === buffer && chunk.byteOffset === byteOffset + this.#filled;
    if (!inPlace) chunk.copy(this.#bytes, this.#filled);
    this.#filled += chunk.length;
  };

  #openStream(queue: ChunkQueue, size: number | undefined): void {
    this.#queue = queue;
    this.#answer({ kind: 'stream', size, chunks: queue });
  }

  #answer(body: ResponseBody): void {
    const head = this.#head;
    if (head === undefined) return;
    this.#resolve({
      status: head.status,
      header: (name) => head.header(name),
      headers: () => head.headers(),
      body,
    });
  }
}
