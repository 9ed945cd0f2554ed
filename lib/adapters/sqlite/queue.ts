/** The durable queue in a SQLite file: messages outlive the process; several processes may share one file. */
import { type RetryPolicy, retryDelayMs } from '../../core/backoff.ts';
import { isRetryable } from '../../core/errors.ts';
import { type Topic, TOPICS } from '../../core/messages.ts';
import type { Clock, Dice } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import {
  ALWAYS_HELD,
  type ConsumeOptions,
  DELIVERIES_MAX,
  type Handle,
  type Message,
  type Queue,
} from '../../ports/queue.ts';
import { Bell } from './bell.ts';
import { type Connection, openConnection } from './connection.ts';
import * as rows from './messages.ts';

export interface SqliteQueueOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  /** How long a batch stays with a process that died; extended while its handler runs. */
  readonly leaseMs: number;
  /** How often other processes' messages, and leases that ended, are looked for. */
  readonly pollMs: number;
  readonly handlerErrorLog: Log;
}

export interface SqliteQueue extends Queue {
  /** Makes every claimed message visible at once: for the only process that may own the file, after kill -9. */
  releaseLeases(): Promise<void>;
  /** When all `consume` have ended. */
  close(): Promise<void>;
}

const RELEASE: RetryPolicy = { attemptsMax: DELIVERIES_MAX, delayMsFirst: 200, delayMsMax: 5_000 };

/** The folder must exist; several processes may open one file at once. Errors are `StoreError`. */
export async function openSqliteQueue(path: string, options: SqliteQueueOptions): Promise<SqliteQueue> {
  const connection = await openConnection(path, options.clock);
  try {
    await connection.peers.gate.turn(() => rows.createMessages(connection));
  } catch (error) {
    connection.close();
    throw error;
  }
  return new QueueInFile(connection, options);
}

class QueueInFile implements SqliteQueue {
  readonly #connection: Connection;
  readonly #options: SqliteQueueOptions;

  constructor(connection: Connection, options: SqliteQueueOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async send(topic: Topic, messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const nowMs = this.#options.clock.now();
    await this.#turn((connection) => rows.insertMessages(connection, { topic, messages, nowMs }));
    for (const wake of this.#connection.peers.listeners) wake(topic);
  }

  async consume(topic: Topic, options: ConsumeOptions, handle: Handle, signal: AbortSignal): Promise<void> {
    const bell = new Bell(this.#options.clock);
    const { listeners } = this.#connection.peers;
    const listener = (sentTo: string) => {
      if (sentTo === topic) bell.ring();
    };
    listeners.add(listener);
    signal.addEventListener('abort', bell.ring);
    const underWay = new Set<Promise<void>>();
    try {
      while (!signal.aborted) {
        const claim = underWay.size < options.inFlightMax ? await this.#claim(topic, options) : undefined;
        if (claim === undefined) {
          await bell.wait(this.#options.pollMs);
          continue;
        }
        const delivery = this.#deliver(topic, claim, handle).finally(() => {
          underWay.delete(delivery);
          bell.ring();
        });
        underWay.add(delivery);
      }
    } finally {
      await Promise.all(underWay);
      listeners.delete(listener);
      signal.removeEventListener('abort', bell.ring);
    }
  }

  async releaseLeases(): Promise<void> {
    await this.#turn(rows.releaseAll);
    for (const wake of this.#connection.peers.listeners) for (const topic of TOPICS) wake(topic);
  }

  close(): Promise<void> {
    return this.#turn((connection) => connection.close());
  }

  #turn<T>(work: (connection: Connection) => T): Promise<T> {
    return this.#connection.peers.gate.turn(() => work(this.#connection));
  }

  /** Undefined where nothing is to be had, or the file is busy: then it is asked again after `pollMs`. */
  async #claim(topic: Topic, { batchMax }: ConsumeOptions): Promise<rows.Claim | undefined> {
    const { clock, dice, leaseMs, handlerErrorLog } = this.#options;
    const lease = dice.unique();
    for (;;) {
      try {
        const args = { topic, batchMax, lease, nowMs: clock.now(), leaseMs };
        const { claim, dropped } = await this.#turn((connection) => rows.claimMessages(connection, args));
        if (dropped > 0) handlerErrorLog.error('queue.dropped', { topic, messages: dropped });
        if (claim !== undefined || dropped === 0) return claim;
      } catch (error) {
        if (!isRetryable(error)) throw error;
        handlerErrorLog.warn('queue.claim', { topic, problem: String(error) });
        return undefined;
      }
    }
  }

  /** Never rejects: what cannot be noted now is delivered again when the lease ends. */
  async #deliver(topic: Topic, claim: rows.Claim, handle: Handle): Promise<void> {
    const ended = new AbortController();
    const extending = this.#extend(claim, ended.signal);
    const failure = await failureOf(handle, claim.messages);
    ended.abort();
    await extending;
    try {
      if (failure === undefined)
        await this.#turn((connection) => rows.deleteClaimed(connection, claim.lease));
      else await this.#release(topic, claim, failure.reason);
    } catch (error) {
      this.#options.handlerErrorLog.warn('queue.settle', { topic, problem: String(error) });
    }
  }

  async #release(topic: Topic, claim: rows.Claim, reason: unknown): Promise<void> {
    const { clock, dice, handlerErrorLog: log } = this.#options;
    const { lease, deliveries } = claim;
    log.warn('queue.handler', {
      topic,
      messages: claim.messages.length,
      deliveries,
      problem: String(reason),
    });
    const visibleAtMs = clock.now() + retryDelayMs(RELEASE, deliveries, dice.random());
    await this.#turn((connection) => rows.releaseClaimed(connection, lease, visibleAtMs));
  }

  async #extend(claim: rows.Claim, ended: AbortSignal): Promise<void> {
    const { clock, leaseMs, handlerErrorLog: log } = this.#options;
    const slept = () =>
      clock.sleep(leaseMs / 3, ended).then(
        () => true,
        () => false,
      );
    while (await slept()) {
      const untilMs = clock.now() + leaseMs;
      await this.#turn((connection) => rows.extendLease(connection, claim.lease, untilMs)).catch(
        (error: unknown) => log.warn('queue.lease', { problem: String(error) }),
      );
    }
  }
}

/** Why the handler rejected, or undefined. */
async function failureOf(
  handle: Handle,
  messages: readonly Message[],
): Promise<{ readonly reason: unknown } | undefined> {
  try {
    await handle(messages, ALWAYS_HELD);
    return undefined;
  } catch (reason) {
    return { reason };
  }
}
