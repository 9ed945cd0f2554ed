/** Everything that exists in the account, for all services: some of them look at what others have. */
import { kafkaAdmin, noBroker, type BrokerAdmin } from './ckafka/broker.ts';
import { brokerConfig, seededInstance, type CkafkaInstance } from './ckafka/model.ts';
import { seededTopics, type LogEntry, type LogTopic, type Logset } from './cls/model.ts';
import { seededCluster, type Cluster } from './cynosdb/model.ts';
import type { CloudOptions } from './options.ts';
import type { CloudFunction } from './scf/model.ts';
import { seededSubnets, seededVpcs, type Subnet, type Vpc } from './vpc/model.ts';

export class World {
  readonly options: CloudOptions;
  readonly appId: string;
  readonly polls: number;
  readonly broker: BrokerAdmin;
  /** Functions whose next change will fail, some time after it was taken. */
  readonly doomed = new Set<string>();
  readonly functions = new Map<string, CloudFunction>();
  readonly ckafka: Map<string, CkafkaInstance>;
  readonly logsets: Map<string, Logset>;
  readonly logTopics: Map<string, LogTopic>;
  readonly logs: LogEntry[] = [];
  readonly clusters: Map<string, Cluster>;
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly #closing = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  #flowId = 1_000;

  constructor(options: CloudOptions) {
    const { instances = {}, kafka } = options;
    this.options = options;
    this.appId = options.appId ?? '1250000000';
    this.polls = options.pollsUntilReady ?? 1;
    this.broker = options.broker ?? (kafka ? kafkaAdmin(kafka.brokers) : noBroker);
    this.vpcs = byId(seededVpcs(instances));
    this.subnets = byId(seededSubnets(instances));
    this.ckafka = byId(
      (instances.ckafka ?? []).map((seed) => seededInstance(seed, this.now(), this.nextFlowId())),
    );
    const { logsets, logTopics } = seededTopics(instances.logTopics ?? [], this.now());
    this.logsets = byId(logsets);
    this.logTopics = byId(logTopics);
    this.clusters = byId((instances.clusters ?? []).map((seed) => seededCluster(seed, this.now())));
  }

  now(): number {
    return (this.options.now ?? Date.now)();
  }

  nextFlowId(): number {
    return (this.#flowId += 1);
  }

  /** Makes the topics that are there from the start on the broker. */
  async open(): Promise<void> {
    for (const { topics } of this.ckafka.values())
      for (const { name, partitions, config } of topics.values())
        await this.broker.createTopic({ name, partitions, config: brokerConfig(config) });
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Work that no answer waits for; it is waited for at the end. */
  later(work: Promise<void>): void {
    const quiet = work.catch(() => undefined).finally(() => this.#pending.delete(quiet));
    this.#pending.add(quiet);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.options.runtime?.close();
    await Promise.all(this.#pending);
    await this.broker.close();
  }
}

function byId<T extends { readonly id: string }>(all: readonly T[]): Map<string, T> {
  return new Map(all.map((each) => [each.id, each]));
}
