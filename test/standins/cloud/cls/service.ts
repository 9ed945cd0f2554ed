/** CLS of 2020-10-16. */
import type { Service } from '../actions.ts';
import type { World } from '../world.ts';
import { logTopicActions } from './log-topics.ts';
import { logsetActions } from './logsets.ts';
import { searchActions } from './search.ts';

export function cls(world: World): Service {
  return {
    name: 'cls',
    version: '2020-10-16',
    models: 'cls/v20201016/cls',
    actions: { ...logsetActions(world), ...logTopicActions(world), ...searchActions(world) },
  };
}
