/**
 * Lets work end before its partitions go to others. kafkajs joins the group again the moment it hears of a rebalance
 * and asks nobody; but it hands its cluster to partition assigners, so that the request to join can be made to wait.
 */
import { type Cluster, type PartitionAssigner, PartitionAssigners } from 'kafkajs';

type Coordinator = Awaited<ReturnType<Cluster['findGroupCoordinator']>> & {
  joinGroup(request: unknown): Promise<unknown>;
};

export class JoinGate {
  readonly #beforeJoin: () => Promise<void>;
  #cluster: Cluster | undefined;
  #isClosed = false;

  /** `beforeJoin` is called before every request to join; it must not reject. */
  constructor(beforeJoin: () => Promise<void>) {
    this.#beforeJoin = beforeJoin;
  }

  /** Round robin over the group's members, as every client of kafkajs has it. */
  readonly assigner: PartitionAssigner = (config) => {
    this.#cluster = config.cluster;
    this.#guard(config.cluster);
    return PartitionAssigners.roundRobin(config);
  };

  /** All partitions of the topic, as far as is known. */
  partitionsOf(topic: string): number {
    return this.#cluster?.findTopicPartitionMetadata(topic).length ?? 0;
  }

  /** Nobody joins any more. */
  close(): void {
    this.#isClosed = true;
  }

  #guard(cluster: Cluster): void {
    const guarded = new WeakSet<Coordinator>();
    const find = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      const coordinator = (await find(group)) as Coordinator;
      if (!guarded.has(coordinator)) this.#guardJoin(coordinator);
      guarded.add(coordinator);
      return coordinator;
    };
  }

  #guardJoin(coordinator: Coordinator): void {
    const join = coordinator.joinGroup.bind(coordinator);
    coordinator.joinGroup = async (request) => {
      await this.#beforeJoin();
      if (this.#isClosed) throw new Error('this consumer is closed');
      return join(request);
    };
  }
}
