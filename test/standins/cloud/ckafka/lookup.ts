/** The instance and topic that a request names. */
import { check, found } from '../refusal.ts';
import type { World } from '../world.ts';
import type { CkafkaInstance, CkafkaTopic, InstanceStatus } from './model.ts';

/** Instances that are answered: those given back are not. */
export function present(world: World): CkafkaInstance[] {
  return [...world.ckafka.values()];
}

/** Its status as whoever asks sees it now; what has been given back goes when that was seen. */
export function seen(world: World, instance: CkafkaInstance): InstanceStatus {
  const status = instance.status.poll();
  if (instance.status.state === 'gone') world.ckafka.delete(instance.id);
  return status;
}

/** @throws Refusal */
export function instanceOf(id: string, world: World): CkafkaInstance {
  return found(
    world.ckafka.get(id),
    'InvalidParameterValue.InstanceNotExist',
    `There is no instance \`${id}\`.`,
  );
}

/** @throws Refusal */
export function runningInstance(id: string, world: World): CkafkaInstance {
  const instance = instanceOf(id, world);
  const { state } = instance.status;
  check(state === 'running', 'FailedOperation', `The instance ${id} is ${state}.`);
  return instance;
}

/** @throws Refusal */
export function topicOf(instance: CkafkaInstance, name: string): CkafkaTopic {
  return found(
    instance.topics.get(name),
    'ResourceNotFound',
    `The instance ${instance.id} has no topic \`${name}\`.`,
  );
}
