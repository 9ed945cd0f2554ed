/** CKafka of 2019-08-19. */
import type { Service } from '../actions.ts';
import type { World } from '../world.ts';
import { groupActions } from './groups.ts';
import { instanceActions } from './instances.ts';
import { topicActions } from './topics.ts';

export function ckafka(world: World): Service {
  return {
    name: 'ckafka',
    version: '2019-08-19',
    models: 'ckafka/v20190819/ckafka',
    actions: { ...instanceActions(world), ...topicActions(world), ...groupActions(world) },
  };
}
