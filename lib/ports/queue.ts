/** What rings. At least once, in no order that anything relies on. */
import type { Topic } from '../core/messages.ts';

export interface Message {
  /** Spreads load; messages of one key may stay in order. */
  readonly key: string;
  readonly body: string;
}

export interface ConsumeOptions {
  /** Messages handed over together, 1 or more. */
  readonly batchMax: number;
  /** Batches handed over at the same time. */
  readonly inFlightMax: number;
}

export interface Queue {
  /** Resolves when the messages are durable. */
  send(topic: Topic, messages: readonly Message[]): Promise<void>;
  /**
   * Hands batches to `handle` until `signal` aborts, then waits for the batches under way. A batch whose handler
   * rejects, or whose process dies, is delivered again, at most `DELIVERIES_MAX` times in all; then it is dropped:
   * the sweep rings again for what matters. While a handler runs its batch is not delivered elsewhere.
   */
  consume(
    topic: Topic,
    options: ConsumeOptions,
    handle: (messages: readonly Message[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** After so many failed deliveries a message is dropped, as SCF's CKafka trigger does after its `retry`. */
export const DELIVERIES_MAX = 4;
