/** A snapshot of everything that exists, for tests that ask what is there and that nothing is left. */
import type { World } from './world.ts';

export type Resources = ReturnType<typeof resourcesOf>;

export function resourcesOf(world: World) {
  return {
    functions: [...world.functions.values()].map((fn) => ({
      name: fn.name,
      namespace: fn.namespace,
      status: fn.status.state,
      runtime: fn.runtime,
      tags: Object.fromEntries(fn.tags.map(({ Key, Value }) => [Key, Value])),
      codeSha256: fn.code.sha256,
      environment: Object.fromEntries(
        (fn.settings.Environment.Variables ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']),
      ),
      settings: fn.settings,
      reservedMb: fn.reservedMb,
      triggers: fn.triggers.map(({ type, name, enabled, desc, qualifier }) => {
        return { type, name, enabled, desc, qualifier };
      }),
    })),
    ckafkaInstances: [...world.ckafka.values()].map(({ id, name, status, tags }) => {
      return { id, name, status: status.state, tags };
    }),
    topics: [...world.ckafka.values()].flatMap(({ id, topics }) =>
      [...topics.values()].map(({ name, partitions, replicas, note, config }) => {
        return { instanceId: id, name, partitions, replicas, note, ...config };
      }),
    ),
    logsets: [...world.logsets.values()].map(({ id, name, tags }) => ({ id, name, tags })),
    logTopics: [...world.logTopics.values()].map(({ id, name, logsetId, tags, periodDays, index }) => {
      return { id, name, logsetId, tags, periodDays, indexed: index !== undefined };
    }),
    clusters: [...world.clusters.values()].map(({ id, name, status, awake, tags }) => {
      return { id, name, status: status.state, awake: awake.state, tags };
    }),
    vpcs: [...world.vpcs.values()].map(({ id, name, tags }) => ({ id, name, tags })),
    subnets: [...world.subnets.values()].map(({ id, name, vpcId, tags }) => ({ id, name, vpcId, tags })),
  };
}
