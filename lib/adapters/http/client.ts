/** The HTTP client of the hot path: a small pool of connections to one host, without retries of its own. */
import { Connection } from './connection.ts';
import { HttpAbortError, HttpConnectionError } from './errors.ts';
import { Exchange } from './exchange.ts';
import { type Dial, addressOf } from './socket.ts';
import type { HttpClient, HttpOptions, HttpRequest, HttpResponse, HttpTarget } from './types.ts';

export function httpClient(target: HttpTarget, options: HttpOptions): HttpClient {
  return new PooledClient(target, options);
}

class PooledClient implements HttpClient {
  readonly #dial: Dial;
  readonly #connectionsMax: number;
  readonly #connections = new Set<Connection>();
  /** The one used last is used first: the others age and are closed by the server. */
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<Exchange>();
  readonly #inFlight = new Map<AbortSignal, SignalWatch>();
  #closed = false;

  constructor({ origin, host }: HttpTarget, { connectionsMax, connectTimeoutMs, ca }: HttpOptions) {
    this.#dial = { ...addressOf(origin), host, ca, connectTimeoutMs, session: undefined };
    this.#connectionsMax = connectionsMax;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    const { signal } = request;
    if (signal.aborted) {
      return Promise.reject(new HttpAbortError('aborted before the request', { cause: signal.reason }));
    }
    if (this.#closed) return Promise.reject(new HttpConnectionError('the client is closed'));
    const exchange = new Exchange(request);
    this.#watch(signal, exchange);
    this.#place(exchange);
    return exchange.promise;
  }

  close(): Promise<void> {
    this.#closed = true;
    const error = new HttpConnectionError('the client is closed');
    for (const exchange of this.#waiting) exchange.fail(error);
    this.#waiting.clear();
    for (const connection of this.#connections) connection.destroy(error);
    return Promise.resolve();
  }

  #place(exchange: Exchange): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      idle.start(exchange);
      return;
    }
    this.#waiting.add(exchange);
    exchange.onAbort = (error) => {
      this.#waiting.delete(exchange);
      exchange.fail(error);
    };
    if (this.#connections.size < this.#connectionsMax) this.#open();
  }

  #open(): void {
    const connection: Connection = new Connection(this.#dial, {
      idle: () => {
        this.#serve(connection);
      },
      gone: (error) => {
        this.#gone(connection, error);
      },
    });
    this.#connections.add(connection);
  }

  #serve(connection: Connection): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#idle.push(connection);
      return;
    }
    this.#waiting.delete(next);
    connection.start(next);
  }

  #gone(connection: Connection, error: Error): void {
    if (!this.#connections.delete(connection)) return;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const [next] = this.#waiting;
    if (next === undefined || this.#closed) return;
    if (connection.connected) this.#open();
    else {
      // This connection was opened for a waiting request and never came about: one of them learns it.
      this.#waiting.delete(next);
      next.fail(error);
      if (this.#waiting.size > this.#connections.size) this.#open();
    }
  }

  /** One listener a signal, however many requests share it. */
  #watch(signal: AbortSignal, exchange: Exchange): void {
    let watch = this.#inFlight.get(signal);
    if (watch === undefined) {
      watch = new SignalWatch(signal, () => this.#inFlight.delete(signal));
      this.#inFlight.set(signal, watch);
    }
    watch.add(exchange);
  }
}

class SignalWatch {
  readonly #exchanges = new Set<Exchange>();
  readonly #signal: AbortSignal;
  readonly #unused: () => void;

  constructor(signal: AbortSignal, unused: () => void) {
    this.#signal = signal;
    this.#unused = unused;
    signal.addEventListener('abort', this.#abort);
  }

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
    exchange.onSettled = () => {
      this.#exchanges.delete(exchange);
      if (this.#exchanges.size > 0) return;
      this.#signal.removeEventListener('abort', this.#abort);
      this.#unused();
    };
  }

  readonly #abort = (): void => {
    for (const exchange of [...this.#exchanges]) exchange.abort();
  };
}
