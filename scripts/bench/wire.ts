/**
 * A raw HTTP/1.1 server for the benchmarks: it parses by hand and answers in order, so that what is
 * measured is the copier. It does not check signatures and takes no chunked bodies.
 */
import { type Server, type Socket, createServer } from 'node:net';

export interface RawRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** The whole request head, for `headerOf`. */
  readonly head: string;
  readonly bodyBytes: number;
}

/** Takes a body as it arrives; `end` gives the answer. */
export interface BodyReader {
  chunk(bytes: Buffer, offset: number): void;
  end(): Buffer[];
}

export interface RawHandler {
  /** Answers a request without a body, or with one that has arrived in full. The answer is ready to send. */
  answer(request: RawRequest, body: Buffer): Buffer[];
  /** Where the body is not wanted in one piece. */
  reader?(request: RawRequest): BodyReader | undefined;
  /** Each connection is read no faster than this; default: as fast as it goes. */
  readonly bytesPerSecond?: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');
const EMPTY = Buffer.alloc(0);
/** Answers up to this size are joined into one write. */
const JOIN_BYTES_MAX = 128 * 1024;

export function rawServer(handler: RawHandler): Server {
  return createServer({ noDelay: true }, (socket) => {
    const connection = new Connection(socket, handler);
    socket.on('data', (chunk) => {
      connection.take(chunk);
      if (handler.bytesPerSecond === undefined) return;
      socket.pause();
      setTimeout(() => socket.resume(), (chunk.length / handler.bytesPerSecond) * 1000);
    });
    socket.on('error', () => socket.destroy());
  });
}

const patterns = new Map<string, RegExp>();

/** The value of a header in a request head; the name is given in lower case. */
export function headerOf(head: string, name: string): string | undefined {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`\r\n${name}:[ \t]*([^\r]*)`, 'i');
    patterns.set(name, pattern);
  }
  return pattern.exec(head)?.[1];
}

class Connection {
  readonly #socket: Socket;
  readonly #handler: RawHandler;
  #rest: Buffer | undefined;
  #reader: BodyReader | undefined;
  #readerBytes = 0;
  #readerOffset = 0;
  #out: Buffer[] = [];

  constructor(socket: Socket, handler: RawHandler) {
    this.#socket = socket;
    this.#handler = handler;
  }

  take(arrived: Buffer): void {
    const chunk = this.#rest === undefined ? arrived : Buffer.concat([this.#rest, arrived]);
    this.#rest = undefined;
    let at = 0;
    while (at < chunk.length) {
      const next = this.#reader === undefined ? this.#takeHead(chunk, at) : this.#takeBody(chunk, at);
      if (next === at) {
        this.#rest = chunk.subarray(at);
        break;
      }
      at = next;
    }
    if (this.#out.length > 0) flushSoon(this);
  }

  #takeHead(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(HEAD_END, at);
    if (end < 0) return at;
    const head = chunk.toString('latin1', at, end);
    const methodEnd = head.indexOf(' ');
    const method = head.slice(0, methodEnd);
    const target = head.slice(methodEnd + 1, head.indexOf(' ', methodEnd + 1));
    const length = method === 'GET' || method === 'HEAD' ? undefined : headerOf(head, 'content-length');
    const request = { method, target, head, bodyBytes: Number(length ?? 0) };
    return this.#begin(request, chunk, end + HEAD_END.length);
  }

  #begin(request: RawRequest, chunk: Buffer, bodyAt: number): number {
    if (request.bodyBytes > 0 && headerOf(request.head, 'expect') !== undefined) this.#out.push(CONTINUE);
    const reader = request.bodyBytes > 0 ? this.#handler.reader?.(request) : undefined;
    const bodyEnd = bodyAt + request.bodyBytes;
    if (reader === undefined && chunk.length >= bodyEnd) {
      const body = request.bodyBytes === 0 ? EMPTY : chunk.subarray(bodyAt, bodyEnd);
      this.#out.push(...this.#handler.answer(request, body));
      return bodyEnd;
    }
    this.#reader = reader ?? new WholeBody(request, this.#handler);
    this.#readerBytes = request.bodyBytes;
    this.#readerOffset = 0;
    return bodyAt;
  }

  #takeBody(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#readerBytes - this.#readerOffset);
    this.#reader?.chunk(
      at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end),
      this.#readerOffset,
    );
    this.#readerOffset += end - at;
    if (this.#readerOffset === this.#readerBytes) {
      this.#out.push(...(this.#reader?.end() ?? []));
      this.#reader = undefined;
    }
    return end;
  }

  flush(): void {
    const out = this.#out;
    this.#out = [];
    const bytes = out.length === 1 ? 0 : out.reduce((sum, part) => sum + part.length, 0);
    const first = out[0];
    if (out.length === 1 && first !== undefined) this.#socket.write(first);
    else if (bytes <= JOIN_BYTES_MAX) this.#socket.write(Buffer.concat(out, bytes));
    else this.#writeEach(out);
  }

  #writeEach(out: readonly Buffer[]): void {
    this.#socket.cork();
    for (const part of out) this.#socket.write(part);
    this.#socket.uncork();
  }
}

const waiting = new Set<Connection>();

/** Answers leave together at the end of the event loop's turn, so that a write wakes a client once for many. */
function flushSoon(wire: Connection): void {
  if (waiting.size === 0) setImmediate(flushAll);
  waiting.add(wire);
}

function flushAll(): void {
  const ready = [...waiting];
  waiting.clear();
  for (const wire of ready) wire.flush();
}

class WholeBody implements BodyReader {
  readonly #request: RawRequest;
  readonly #handler: RawHandler;
  readonly #body: Buffer;

  constructor(request: RawRequest, handler: RawHandler) {
    this.#request = request;
    this.#handler = handler;
    this.#body = Buffer.allocUnsafe(request.bodyBytes);
  }

  chunk(bytes: Buffer, offset: number): void {
    bytes.copy(this.#body, offset);
  }

  end(): Buffer[] {
    return this.#handler.answer(this.#request, this.#body);
  }
}
