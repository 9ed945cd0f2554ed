/** SCF of 2018-04-16. */
import type { Service } from '../actions.ts';
import type { World } from '../world.ts';
import { concurrencyActions } from './concurrency.ts';
import { functionActions } from './functions.ts';
import { invokeActions } from './invoke.ts';
import { triggerActions } from './triggers.ts';

export function scf(world: World): Service {
  return {
    name: 'scf',
    version: '2018-04-16',
    models: 'scf/v20180416/scf',
    actions: {
      ...functionActions(world),
      ...triggerActions(world),
      ...concurrencyActions(world),
      ...invokeActions(world),
    },
  };
}
