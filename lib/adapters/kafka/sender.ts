/** Sends messages, over connections that are not trusted to live: after a freeze, or when one fails, it takes new ones. */
import { CompressionTypes, Partitioners, type Producer } from 'kafkajs';
import { isRetryable } from '../../core/errors.ts';
import type { Message } from '../../ports/queue.ts';
import { CLIENT_RETRY, kafkaClient, type KafkaOptions } from './client.ts';
import { kafkaError } from './errors.ts';
import { inRequests } from './requests.ts';

/** Every replica in sync has it. */
const ACKS_ALL = -1;
const ATTEMPTS_MAX = 2;
/** Each of them may connect anew, with retries of its own. */
const SEND_RETRY = { ...CLIENT_RETRY, retries: 2 };

interface Line {
  readonly producer: Producer;
  readonly connected: Promise<void>;
}

export class Sender {
  readonly #options: KafkaOptions;
  readonly #idleMsMax: number;
  readonly #closing = new Set<Promise<void>>();
  #line: Line | undefined;
  #usedAtMs = 0;

  constructor(options: KafkaOptions, idleMsMax: number) {
    this.#options = options;
    this.#idleMsMax = idleMsMax;
  }

  async connect(): Promise<void> {
    try {
      await this.#freshLine();
    } catch (error) {
      throw kafkaError(error, { operation: 'Connect' });
    }
  }

  /** In order, request after request. */
  async send(topic: string, messages: readonly Message[]): Promise<void> {
    for (const request of inRequests(messages)) await this.#sendRequest(topic, request);
  }

  async close(): Promise<void> {
    this.#drop(this.#line);
    await Promise.all(this.#closing);
  }

  async #sendRequest(topic: string, messages: readonly Message[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      let line: Line | undefined;
      try {
        line = await this.#freshLine();
        await this.#produce(line.producer, topic, messages);
        return;
      } catch (error) {
        this.#drop(line);
        const translated = kafkaError(error, { operation: 'Produce', topic });
        if (attempt === ATTEMPTS_MAX || !isRetryable(translated)) throw translated;
      }
    }
  }

  /** Not compressed: rings are a few hundred bytes each and mostly sent one at a time. */
  async #produce(producer: Producer, topic: string, messages: readonly Message[]): Promise<void> {
    await producer.send({
      topic,
      acks: ACKS_ALL,
      compression: CompressionTypes.None,
      messages: messages.map(({ key, body }) => ({ key, value: body })),
    });
    this.#usedAtMs = this.#options.clock.now();
  }

  async #freshLine(): Promise<Line> {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#usedAtMs > this.#idleMsMax) this.#drop(this.#line);
    this.#usedAtMs = nowMs;
    const line = (this.#line ??= this.#newLine());
    try {
      await line.connected;
      return line;
    } catch (error) {
      this.#drop(line);
      throw error;
    }
  }

  /** No idempotent producer: CKafka's serverless edition has none, and a doubled ring costs one look. */
  #newLine(): Line {
    const producer = kafkaClient(this.#options).producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      idempotent: false,
      retry: SEND_RETRY,
    });
    return { producer, connected: producer.connect() };
  }

  /** Its connections may be dead: nobody waits for their end but `close`. */
  #drop(line: Line | undefined): void {
    if (line === undefined) return;
    if (this.#line === line) this.#line = undefined;
    const closing = line.connected
      .catch(() => undefined)
      .then(() => line.producer.disconnect())
      .catch((error: unknown) => this.#options.log.warn('kafka.disconnect', { problem: String(error) }))
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
