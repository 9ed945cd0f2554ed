/** One membership in a consumer group, from joining to leaving. */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { ConsumeOptions, Handle } from '../../ports/queue.ts';
import { kafkaClient, type KafkaOptions, type KafkaTimings } from './client.ts';
import { JoinGate } from './join-gate.ts';
import { Lanes } from './lanes.ts';
import { Slots } from './slots.ts';

/** Half a minute: kafkajs gives the membership up after it, and a new one begins. */
const MEMBER_RETRY = {
  initialRetryTime: 200,
  maxRetryTime: 5_000,
  factor: 0.2,
  multiplier: 2,
  retries: 9,
} as const;

export interface MemberOptions {
  readonly kafka: KafkaOptions;
  readonly timings: KafkaTimings;
  readonly topic: string;
  readonly group: string;
  readonly limits: ConsumeOptions;
  readonly handle: Handle;
}

export interface Share {
  /** Numbers of the partitions that are held. */
  readonly partitions: readonly number[];
  /** How many there are. */
  readonly all: number;
}

const NOTHING: Share = { partitions: [], all: 0 };

export class Member {
  readonly #options: MemberOptions;
  readonly #consumer: Consumer;
  readonly #lanes: Lanes;
  readonly #gate: JoinGate;
  readonly #broken: Promise<never>;
  #joined: Promise<void> = Promise.resolve();
  #share: Share = NOTHING;
  #hasJoined = false;

  constructor(options: MemberOptions) {
    const { kafka, timings, topic, limits, handle } = options;
    this.#options = options;
    this.#gate = new JoinGate(async () => {
      await this.#lanes.revoke(); // what ends meanwhile ends with the share it began with: nobody else has it yet
      this.#share = NOTHING;
    });
    this.#consumer = openConsumer(options, this.#gate);
    const { clock, dice, log } = kafka;
    const { batchMax, inFlightMax } = limits;
    const { drainMsMax } = timings;
    const slots = new Slots(inFlightMax);
    const consumer = this.#consumer;
    this.#lanes = new Lanes({ consumer, drainMsMax, batchMax, handle, slots, clock, dice, log, topic });
    this.#broken = this.#watch();
    this.#broken.catch(() => undefined);
  }

  get share(): Share {
    return this.#share;
  }

  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  /** Resolves some time after `signal` aborts; rejects when the membership cannot begin or breaks. */
  async run(signal: AbortSignal): Promise<void> {
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      await Promise.race([stopped, this.#join(signal)]);
      await Promise.race([stopped, this.#broken]);
      await this.#lanes.finish();
    } finally {
      signal.removeEventListener('abort', stop);
      await this.#leave();
    }
  }

  async #join(signal: AbortSignal): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true });
    if (signal.aborted) return;
    this.#joined = this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#takeOver(payload),
    });
    await this.#joined;
  }

  /** kafkajs fetches again only when every batch of a fetch was handled: so this hands over, and returns. */
  async #takeOver(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    await payload.heartbeat();
    const { topic } = this.#options;
    this.#consumer.pause([{ topic, partitions: [batch.partition] }]);
    if (this.#lanes.accept(batch.partition, batch.messages)) payload.resolveOffset(batch.lastOffset());
  }

  #watch(): Promise<never> {
    const { events } = this.#consumer;
    const { topic } = this.#options;
    this.#consumer.on(events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.#hasJoined = true;
      const partitions = memberAssignment[topic] ?? [];
      this.#share = { partitions, all: this.#gate.partitionsOf(topic) };
      this.#consumer.resume([{ topic }]);
    });
    return new Promise((_resolve, reject) => {
      this.#consumer.on(events.CRASH, ({ payload: { error } }) => reject(error));
    });
  }

  /** A join under way is let end, so that the group need not find out by itself that this member has gone. */
  async #leave(): Promise<void> {
    const { kafka, timings } = this.#options;
    await this.#lanes.revoke();
    const patience = new AbortController();
    const tired = kafka.clock.sleep(timings.drainMsMax, patience.signal).catch(() => undefined);
    await Promise.race([this.#joined.catch(() => undefined), tired]);
    patience.abort();
    this.#gate.close();
    this.#share = NOTHING;
    await this.#consumer.disconnect().catch((error: unknown) => {
      kafka.log.warn('kafka.disconnect', { problem: String(error) });
    });
  }
}

function openConsumer({ kafka, timings, group }: MemberOptions, gate: JoinGate): Consumer {
  return kafkaClient(kafka).consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    partitionAssigners: [gate.assigner],
    sessionTimeout: timings.sessionMs,
    heartbeatInterval: timings.heartbeatMs,
    rebalanceTimeout: timings.rebalanceMs,
    maxWaitTimeInMs: timings.fetchWaitMs,
    retry: { ...MEMBER_RETRY, restartOnFailure: () => Promise.resolve(false) },
  });
}
