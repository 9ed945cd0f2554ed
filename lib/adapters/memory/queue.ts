/** The queue in lists, for tests and simulation: first in, first out, or in whatever order a simulation takes. */
import { type RetryPolicy, retryDelayMs } from '../../core/backoff.ts';
import type { Topic } from '../../core/messages.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import {
  ALWAYS_HELD,
  type ConsumeOptions,
  DELIVERIES_MAX,
  type Handle,
  type Message,
  type Queue,
} from '../../ports/queue.ts';

interface Waiting {
  readonly message: Message;
  /** Failed ones so far. */
  readonly deliveries: number;
  readonly visibleAtMs: number;
}

const RELEASE: RetryPolicy = { attemptsMax: DELIVERIES_MAX, delayMsFirst: 200, delayMsMax: 5_000 };

/** Several processes are played by several holders of it. */
export class MemoryQueue implements Queue {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting: Record<Topic, Waiting[]> = { ranges: [], segments: [], results: [] };
  readonly #idle: Record<Topic, Set<() => void>> = {
    ranges: new Set(),
    segments: new Set(),
    results: new Set(),
  };

  constructor(options: { readonly clock: Clock; readonly handlerErrorLog: Log }) {
    this.#clock = options.clock;
    this.#log = options.handlerErrorLog;
  }

  send(topic: Topic, messages: readonly Message[]): Promise<void> {
    const visibleAtMs = this.#clock.now();
    this.#waiting[topic].push(...messages.map((message) => ({ message, deliveries: 0, visibleAtMs })));
    this.#wake(topic);
    return Promise.resolve();
  }

  async consume(
    topic: Topic,
    { batchMax, inFlightMax }: ConsumeOptions,
    handle: Handle,
    signal: AbortSignal,
  ): Promise<void> {
    const lane = async () => {
      while (!signal.aborted) {
        const batch = this.#takeVisible(topic, batchMax);
        if (batch.length > 0) await this.#deliver(topic, batch, handle);
        else await this.#arrival(topic);
      }
    };
    const stop = () => this.#wake(topic);
    signal.addEventListener('abort', stop);
    await Promise.all(Array.from({ length: inFlightMax }, lane));
    signal.removeEventListener('abort', stop);
  }

  /** What nobody has taken yet, those that wait to be delivered again included. */
  pending(topic: Topic): readonly Message[] {
    return this.#waiting[topic].map(({ message }) => message);
  }

  /** Takes one pending message away, whichever the caller likes: it alone decides what becomes of it. */
  take(topic: Topic, index = 0): Message | undefined {
    return this.#waiting[topic].splice(index, 1)[0]?.message;
  }

  #takeVisible(topic: Topic, batchMax: number): Waiting[] {
    const nowMs = this.#clock.now();
    const batch = this.#waiting[topic].filter(({ visibleAtMs }) => visibleAtMs <= nowMs).slice(0, batchMax);
    const taken = new Set(batch);
    if (taken.size > 0) this.#waiting[topic] = this.#waiting[topic].filter((waiting) => !taken.has(waiting));
    return batch;
  }

  async #deliver(topic: Topic, batch: readonly Waiting[], handle: Handle): Promise<void> {
    try {
      await handle(
        batch.map(({ message }) => message),
        ALWAYS_HELD,
      );
    } catch (reason) {
      this.#log.warn('queue.handler', { topic, messages: batch.length, problem: String(reason) });
      this.#release(topic, batch);
    }
  }

  #release(topic: Topic, batch: readonly Waiting[]): void {
    const failed = batch.map((waiting) => ({ ...waiting, deliveries: waiting.deliveries + 1 }));
    const again = failed.filter(({ deliveries }) => deliveries < DELIVERIES_MAX);
    const dropped = failed.length - again.length;
    if (dropped > 0) this.#log.error('queue.dropped', { topic, messages: dropped });
    const delayMs = retryDelayMs(RELEASE, Math.max(...failed.map(({ deliveries }) => deliveries)), 1);
    const visibleAtMs = this.#clock.now() + delayMs;
    this.#waiting[topic].push(...again.map((waiting) => ({ ...waiting, visibleAtMs })));
    void this.#clock.sleep(delayMs).then(() => this.#wake(topic));
  }

  #wake(topic: Topic): void {
    for (const wake of this.#idle[topic]) wake();
  }

  #arrival(topic: Topic): Promise<void> {
    const idle = this.#idle[topic];
    return new Promise((resolve) => {
      const wake = () => {
        idle.delete(wake);
        resolve();
      };
      idle.add(wake);
    });
  }
}
