/**
 * One keep-alive connection, one request at a time. Bodies that are collected are read by the socket
 * straight into their place, small requests leave in one write from a buffer of the connection's own.
 */
import type { Socket } from 'node:net';
import { HttpConnectionError, HttpTimeoutError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { writeSoon } from './flush.ts';
import { requestHead } from './head.ts';
import { bodyBytes, writeParts, writeStream } from './send.ts';
import { type Dial, dial } from './socket.ts';

/** Read buffer of all connections: what is in it is used up before the callback returns. */
const scratch = Buffer.allocUnsafeSlow(128 * 1024);
/** Head and body together up to this size leave in one write. */
const SEND_BYTES = 16 * 1024;
const HEAD_BYTES_MAX = 64 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

export interface ConnectionOwner {
  /** Ready for a request: just connected, or the last answer has ended. */
  idle(): void;
  /** Gone for good; called once. A failed exchange has been told. */
  gone(error: Error): void;
}

export class Connection {
  readonly #owner: ConnectionOwner;
  readonly #host: string;
  readonly #socket: Socket;
  readonly #sendBuffer = Buffer.allocUnsafeSlow(SEND_BYTES);
  #exchange: Exchange | undefined;
  #partialHead: Buffer | undefined;
  #connected = false;
  #sending = false;
  #paused = false;
  #timeoutMs: number;
  #error: Error | undefined;

  constructor(to: Dial, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#host = to.host;
    this.#timeoutMs = to.connectTimeoutMs;
    this.#socket = dial(to, {
      room: () => this.#exchange?.room() ?? scratch,
      read: (count, buffer) => this.#read(buffer.subarray(0, count)),
      connected: () => {
        this.#connected = true;
        owner.idle();
      },
    });
    this.#socket.setTimeout(to.connectTimeoutMs);
    this.#socket.on('timeout', () => {
      this.#timedOut();
    });
    this.#socket.on('error', (cause: NodeJS.ErrnoException) => {
      // Several addresses tried in vain give an error without a message.
      this.#error ??= new HttpConnectionError(cause.message || (cause.code ?? cause.name), { cause });
    });
    this.#socket.on('close', () => {
      this.#closed();
    });
  }

  /** Whether it ever came about. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Rejects the exchange, not the call, where the request itself is wrong. */
  start(exchange: Exchange): void {
    const { request } = exchange;
    this.#exchange = exchange;
    exchange.onAbort = (error) => {
      this.destroy(error);
    };
    if (request.timeoutMs !== this.#timeoutMs) {
      this.#timeoutMs = request.timeoutMs;
      this.#socket.setTimeout(request.timeoutMs);
    }
    try {
      this.#send(exchange);
    } catch (error) {
      // Nothing has been written yet: the connection is still good.
      this.#exchange = undefined;
      exchange.fail(error as Error);
      this.#owner.idle();
    }
  }

  destroy(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
    this.#fail();
  }

  #send(exchange: Exchange): void {
    const { body, method } = exchange.request;
    const bytes = body === undefined ? (/^P/.test(method) ? 0 : undefined) : bodyBytes(body);
    const head = requestHead(exchange.request, this.#host, bytes);
    if (head.length + (bytes ?? 0) <= SEND_BYTES && (body === undefined || Buffer.isBuffer(body))) {
      const headBytes = this.#sendBuffer.write(head, 'latin1');
      const end = headBytes + (body?.copy(this.#sendBuffer, headBytes) ?? 0);
      writeSoon(this.#socket, this.#sendBuffer.subarray(0, end));
    } else if (body !== undefined && 'chunks' in body) {
      this.#track(exchange, writeStream(this.#socket, head, body));
    } else {
      this.#track(exchange, writeParts(this.#socket, head, Buffer.isBuffer(body) ? [body] : (body ?? [])));
    }
  }

  #track(exchange: Exchange, sent: Promise<void> | undefined): void {
    if (sent === undefined) return;
    this.#sending = true;
    sent.then(
      () => (this.#sending = false),
      (error: unknown) => {
        if (this.#exchange === exchange) this.destroy(error as Error);
      },
    );
  }

  /** Returns false to stop reading. */
  #read(bytes: Buffer): boolean {
    try {
      this.#consume(bytes);
    } catch (cause) {
      this.destroy(new HttpConnectionError((cause as Error).message, { cause }));
    }
    this.#paused = this.#exchange?.paused ?? false;
    return !this.#paused;
  }

  #consume(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) throw new TypeError('an answer without a request');
    const rest = exchange.answered ? bytes : this.#takeHead(exchange, bytes);
    if (rest === undefined) return;
    const taken = rest.length === 0 ? 0 : exchange.take(rest);
    if (exchange.done) this.#finish(exchange, taken < rest.length);
  }

  /** Returns what follows the final head, or undefined while it is incomplete. */
  #takeHead(exchange: Exchange, arrived: Buffer): Buffer | undefined {
    let bytes = this.#partialHead === undefined ? arrived : Buffer.concat([this.#partialHead, arrived]);
    this.#partialHead = undefined;
    for (;;) {
      const end = bytes.indexOf(HEAD_END);
      if ((end < 0 ? bytes.length : end) > HEAD_BYTES_MAX)
        throw new TypeError('the head of the answer is too long');
      if (end < 0) {
        this.#partialHead = Buffer.from(bytes);
        return undefined;
      }
      const text = bytes.toString('latin1', 0, end);
      bytes = bytes.subarray(end + HEAD_END.length);
      // 1xx answers come before the real one.
      if (text.startsWith(' 1', 8) && !text.startsWith(' 101', 8)) continue;
      exchange.begin(text, {
        resume: () => {
          this.#resume();
        },
        drop: () => {
          this.destroy(new HttpConnectionError('the body was not wanted'));
        },
      });
      return bytes;
    }
  }

  #resume(): void {
    this.#paused = false;
    this.#socket.resume();
  }

  #finish(exchange: Exchange, excess: boolean): void {
    this.#exchange = undefined;
    // TLS hands on what it has decrypted even when stopped, so that a stopped connection can reach the end.
    if (this.#paused) this.#resume();
    const unsent = this.#sending || this.#socket.writableLength > 0;
    const reusable = exchange.keepsAlive && !excess && !unsent && !this.#socket.destroyed;
    exchange.finish();
    if (reusable) this.#owner.idle();
    else this.destroy(new HttpConnectionError('the server ended the connection'));
  }

  #timedOut(): void {
    // A consumer that lets its stream wait, or a producer that does, is no stall of the network.
    const waitsForUs =
      this.#exchange?.paused === true || (this.#sending && this.#socket.writableLength === 0);
    if (waitsForUs) this.#socket.setTimeout(this.#timeoutMs);
    else {
      const what = this.#connected ? 'no byte moved' : 'no connection';
      this.destroy(new HttpTimeoutError(`${what} for ${String(this.#timeoutMs)} ms`));
    }
  }

  #closed(): void {
    const exchange = this.#exchange;
    if (exchange?.endsWithConnection() === true && this.#error === undefined) {
      this.#exchange = undefined;
      exchange.finish();
    }
    this.#error ??= new HttpConnectionError('the connection was closed before the answer was complete');
    this.#fail();
  }

  #fail(): void {
    const exchange = this.#exchange;
    const error = this.#error ?? new HttpConnectionError('the connection was closed');
    this.#exchange = undefined;
    exchange?.fail(error);
    this.#owner.gone(error);
  }
}
