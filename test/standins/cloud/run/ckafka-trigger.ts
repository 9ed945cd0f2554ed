/** A CKafka trigger: consumes a topic as a group of its own or the one it is given, and invokes with batches (document 583/17530). */
import { type Consumer, type EachBatchPayload, Kafka, KafkaJSNonRetriableError, logLevel } from 'kafkajs';
import { recordOf } from './ckafka-event.ts';
import { type CkafkaDefinition, Lane } from './lane.ts';
import { nap } from './nap.ts';
import type { Timing, TriggerInvoke, TriggerLog } from './options.ts';
import type { Trigger } from './trigger.ts';

const CONSUMER = {
  rebalanceTimeout: 60_000,
  /** Also how long a partition that was paused waits for its next fetch. */
  maxWaitTimeInMs: 100,
  /** New partitions are found after this. */
  metadataMaxAge: 5_000,
} as const;

/** While the broker is away. */
const RETRY = { initialRetryTime: 200, maxRetryTime: 2_000 } as const;

const REVIVE_MS = 2_000;

export interface CkafkaParts {
  readonly functionName: string;
  readonly definition: CkafkaDefinition;
  readonly brokers: string;
  readonly invoke: TriggerInvoke;
  readonly timing: Timing;
  readonly log: TriggerLog;
}

/** Resolves when the group has been joined. */
export async function startCkafka(parts: CkafkaParts): Promise<Trigger> {
  const trigger = new CkafkaTrigger(parts);
  try {
    await trigger.consume();
    return trigger;
  } catch (error) {
    await trigger.stop();
    throw error;
  }
}

/** The platform's consumer lives between invocations: fetching goes on, and membership with it, while lanes are busy. */
class CkafkaTrigger implements Trigger {
  readonly #parts: CkafkaParts;
  readonly #kafka: Kafka;
  readonly #stop = new AbortController();
  readonly #lanes = new Map<number, Lane>();
  /** Lanes of partitions that others hold now, until their invocation ends. */
  readonly #leaving = new Set<Promise<void>>();
  #consumer: Consumer | undefined;

  constructor(parts: CkafkaParts) {
    this.#parts = parts;
    const brokers = parts.brokers.split(',');
    this.#kafka = new Kafka({
      brokers,
      clientId: 'scf-ckafka-trigger',
      logLevel: logLevel.NOTHING,
      retry: RETRY,
    });
  }

  async consume(): Promise<void> {
    const { definition, functionName } = this.#parts;
    const groupId = definition.group === '' ? `scf-${functionName}-${definition.name}` : definition.group;
    const { sessionMs } = this.#parts.timing;
    const membership = { groupId, sessionTimeout: sessionMs, heartbeatInterval: Math.floor(sessionMs / 10) };
    const consumer = this.#kafka.consumer({ ...membership, ...CONSUMER });
    this.#consumer = consumer;
    const joined = this.#watch(consumer);
    joined.catch(() => undefined); // it may fail before anyone waits for it
    await consumer.connect();
    await consumer.subscribe({ topics: [definition.topic], fromBeginning: definition.offset === 'earliest' });
    const eachBatch = (payload: EachBatchPayload): Promise<void> => this.#take(payload);
    await consumer.run({ autoCommit: false, eachBatch });
    await joined;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const lanes = [...this.#lanes.values()].map((lane) => lane.stop());
    await Promise.all([...lanes, ...this.#leaving]);
    await this.#consumer?.disconnect();
  }

  #watch(consumer: Consumer): Promise<void> {
    return new Promise((resolve, reject) => {
      let hasJoined = false;
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        this.#assign(payload.memberAssignment[this.#parts.definition.topic] ?? []);
        hasJoined = true;
        resolve();
      });
      consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
        this.#parts.log('', `${this.#parts.definition.name}: ${error.message}`);
        reject(error);
        if (hasJoined && !restart) void this.#revive();
      });
    });
  }

  async #revive(): Promise<void> {
    await this.#consumer?.disconnect();
    await nap(REVIVE_MS, this.#stop.signal);
    if (!this.#stop.signal.aborted) await this.consume().catch(() => this.#revive());
  }

  /** What was fetched but not handled comes again, to whoever holds its partition now. */
  #assign(partitions: readonly number[]): void {
    for (const [partition, lane] of this.#lanes) {
      if (partitions.includes(partition)) lane.rewind();
      else this.#leave(partition, lane);
    }
    for (const partition of partitions)
      if (!this.#lanes.has(partition)) this.#lanes.set(partition, this.#newLane(partition));
  }

  #leave(partition: number, lane: Lane): void {
    this.#lanes.delete(partition);
    const left = lane.stop();
    this.#leaving.add(left);
    void left.finally(() => this.#leaving.delete(left));
  }

  #newLane(partition: number): Lane {
    const { definition, invoke, timing, log } = this.#parts;
    const name = `${definition.name} partition ${partition}`;
    const lane: Lane = new Lane({
      name,
      definition,
      invoke,
      timing,
      log,
      commit: async (next) => {
        if (this.#lanes.get(partition) === lane) await this.#commit(partition, next);
      },
      flow: (isOpen) => this.#flow(partition, isOpen),
    });
    return lane;
  }

  /** Between a crash and the next join there is nothing to pause; the join opens all partitions. */
  #flow(partition: number, isOpen: boolean): void {
    const place = [{ topic: this.#parts.definition.topic, partitions: [partition] }];
    try {
      if (isOpen) this.#consumer?.resume(place);
      else this.#consumer?.pause(place);
    } catch (error) {
      if (!(error instanceof KafkaJSNonRetriableError)) throw error;
    }
  }

  async #commit(partition: number, next: bigint): Promise<void> {
    const { definition, log } = this.#parts;
    try {
      await this.#consumer?.commitOffsets([{ topic: definition.topic, partition, offset: String(next) }]);
    } catch (error) {
      log('', `${definition.name}: offset ${String(next)} not committed: ${String(error)}`);
    }
  }

  #take({ batch }: EachBatchPayload): Promise<void> {
    const place = { topic: batch.topic, partition: batch.partition };
    this.#lanes.get(batch.partition)?.take(batch.messages.map((message) => recordOf(place, message)));
    return Promise.resolve();
  }
}
