/**
 * Works through what was fetched, one lane a partition: its batches one after another, each committed when it is
 * settled. A partition is paused while its lane runs, so that a slow one holds up no other.
 */
import type { Consumer, KafkaMessage } from 'kafkajs';
import type { ConsumeOptions, Message } from '../../ports/queue.ts';
import { deliver, type DeliveryOptions } from './delivery.ts';
import { kafkaError } from './errors.ts';
import { Generation } from './generation.ts';

const COMMIT_RETRY_MS = 1_000;

interface LanesOptions extends DeliveryOptions, Pick<ConsumeOptions, 'batchMax'> {
  readonly consumer: Pick<Consumer, 'commitOffsets' | 'pause' | 'resume'>;
  readonly drainMsMax: number;
}

export class Lanes {
  readonly #options: LanesOptions;
  #generation = new Generation();
  #isFinished = false;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** Of one partition, in order. False when nothing is taken any more. */
  accept(partition: number, fetched: readonly KafkaMessage[]): boolean {
    if (this.#isFinished) return false;
    this.#generation.add(this.#work(partition, fetched, this.#generation));
    return true;
  }

  /** Takes every batch away and waits, within bounds, for the handlers to notice; a new generation follows. */
  async revoke(): Promise<void> {
    const { clock, drainMsMax, log, topic } = this.#options;
    const old = this.#generation;
    this.#generation = new Generation();
    if (this.#isFinished) this.#generation.finish();
    old.revoke();
    const patience = new AbortController();
    const tired = clock.sleep(drainMsMax, patience.signal).then(
      () => log.warn('queue.drain', { topic, waitedMs: drainMsMax }),
      () => undefined,
    );
    await Promise.race([old.idle(), tired]);
    patience.abort();
  }

  /** Begins nothing more; resolves when what is under way has ended and is committed. */
  async finish(): Promise<void> {
    this.#isFinished = true;
    this.#generation.finish();
    await this.#generation.idle();
  }

  async #work(partition: number, fetched: readonly KafkaMessage[], generation: Generation): Promise<void> {
    const { batchMax, topic, consumer } = this.#options;
    for (let from = 0; from < fetched.length; from += batchMax) {
      const batch = fetched.slice(from, from + batchMax);
      const isSettled = await deliver(batch.map(messageOf), generation, this.#options);
      if (!isSettled) return;
      await this.#commit(partition, nextOffset(batch), generation);
    }
    if (!generation.ended.aborted) consumer.resume([{ topic, partitions: [partition] }]);
  }

  /** Until it succeeds, or others have the partition, or the end of everything has tried once. */
  async #commit(partition: number, offset: string, generation: Generation): Promise<void> {
    const { consumer, topic, clock, log } = this.#options;
    while (!generation.isRevoked) {
      try {
        await consumer.commitOffsets([{ topic, partition, offset }]);
        return;
      } catch (error) {
        const { message } = kafkaError(error, { operation: 'OffsetCommit', topic });
        log.warn('queue.commit', { topic, partition, problem: message });
      }
      if (generation.ended.aborted) return;
      await clock.sleep(COMMIT_RETRY_MS, generation.ended).catch(() => undefined);
    }
  }
}

function messageOf({ key, value }: KafkaMessage): Message {
  return { key: key?.toString('utf8') ?? '', body: value?.toString('utf8') ?? '' };
}

function nextOffset(batch: readonly KafkaMessage[]): string {
  return (BigInt(batch.at(-1)?.offset ?? -1) + 1n).toString();
}
