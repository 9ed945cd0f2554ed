/** The queue in Kafka topics: durable, shared by any number of processes; each takes a share of the partitions. */
import { type RetryPolicy, retryDelayMs } from '../../core/backoff.ts';
import { isRetryable } from '../../core/errors.ts';
import type { Topic } from '../../core/messages.ts';
import type { ConsumeOptions, Handle, Message, Queue } from '../../ports/queue.ts';
import { KAFKA_TIMINGS, type KafkaOptions, type KafkaTimings } from './client.ts';
import { isMissingTopic, kafkaError } from './errors.ts';
import { Member, type MemberOptions, type Share } from './member.ts';
import { groupName, topicName } from './names.ts';
import { Sender } from './sender.ts';

export type { KafkaOptions } from './client.ts';

export interface KafkaQueue extends Queue {
  /** Partitions held by this process' consumers, and how many the topic has; none of 0 while there is no share. */
  share(topic: Topic): Share;
  /** When all `consume` have ended. */
  close(): Promise<void>;
}

const REJOIN: RetryPolicy = { attemptsMax: Infinity, delayMsFirst: 500, delayMsMax: 15_000 };
/** A topic just made, or a broker just started, may not be known at once. */
const MISSING_MAX = 4;

/** Connects, so that a wrong address or password shows at once. Errors are `StoreError`, of a missing topic `UserError`. */
export async function openKafkaQueue(
  options: KafkaOptions,
  timings: KafkaTimings = KAFKA_TIMINGS,
): Promise<KafkaQueue> {
  const sender = new Sender(options, timings.idleMsMax);
  try {
    await sender.connect();
  } catch (error) {
    await sender.close();
    throw error;
  }
  return new QueueInKafka(options, timings, sender);
}

class QueueInKafka implements KafkaQueue {
  readonly #options: KafkaOptions;
  readonly #timings: KafkaTimings;
  readonly #sender: Sender;
  readonly #members: Record<Topic, Set<Member>> = {
    ranges: new Set(),
    segments: new Set(),
    results: new Set(),
  };

  constructor(options: KafkaOptions, timings: KafkaTimings, sender: Sender) {
    this.#options = options;
    this.#timings = timings;
    this.#sender = sender;
  }

  send(topic: Topic, messages: readonly Message[]): Promise<void> {
    return this.#sender.send(topicName(this.#options.prefix, topic), messages);
  }

  async consume(topic: Topic, limits: ConsumeOptions, handle: Handle, signal: AbortSignal): Promise<void> {
    const { clock, dice, log, prefix } = this.#options;
    const names = { topic: topicName(prefix, topic), group: groupName(prefix, topic) };
    let missing = 0;
    for (let failures = 1; !signal.aborted; failures++) {
      const failure = await this.#takePart(topic, { ...names, limits, handle }, signal);
      if (failure === undefined) return;
      const error = kafkaError(failure.reason, { operation: 'Consume', topic: names.topic });
      missing = isMissingTopic(failure.reason) ? missing + 1 : 0;
      if (missing === 0 ? !isRetryable(error) : missing === MISSING_MAX) throw error;
      if (failure.hadJoined) failures = 1;
      log.warn('kafka.consumer', { topic: names.topic, failures, problem: error.message });
      await clock.sleep(retryDelayMs(REJOIN, failures, dice.random()), signal).catch(() => undefined);
    }
  }

  share(topic: Topic): Share {
    const shares = [...this.#members[topic]].map((member) => member.share);
    return {
      partitions: shares.flatMap(({ partitions }) => partitions),
      all: Math.max(0, ...shares.map(({ all }) => all)),
    };
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  /** Undefined at the end of a membership that nothing broke. */
  async #takePart(
    topic: Topic,
    part: Omit<MemberOptions, 'kafka' | 'timings'>,
    signal: AbortSignal,
  ): Promise<{ readonly reason: unknown; readonly hadJoined: boolean } | undefined> {
    const member = new Member({ kafka: this.#options, timings: this.#timings, ...part });
    this.#members[topic].add(member);
    try {
      await member.run(signal);
      return undefined;
    } catch (reason) {
      return { reason, hadJoined: member.hasJoined };
    } finally {
      this.#members[topic].delete(member);
    }
  }
}
