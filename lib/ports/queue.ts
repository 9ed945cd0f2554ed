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
   * rejects is delivered again, at most `DELIVERIES_MAX` times in all; then it is dropped: the sweep rings again for
   * what matters. So is one whose process dies, where the engine counts that (Kafka does not).
   */
  consume(topic: Topic, options: ConsumeOptions, handle: Handle, signal: AbortSignal): Promise<void>;
}

/**
 * Works on one batch. While it runs the batch is not delivered elsewhere, unless `held` aborts: then the batch has
 * been, or is about to be, given to another consumer, and the handler should end within seconds; whether it resolves
 * no longer matters.
 */
export type Handle = (messages: readonly Message[], held: AbortSignal) => Promise<void>;

/** For engines that never take a batch away. */
export const ALWAYS_HELD: AbortSignal = new AbortController().signal;

/** After so many failed deliveries a message is dropped, as SCF's CKafka trigger does after its `retry`. */
export const DELIVERIES_MAX = 4;
