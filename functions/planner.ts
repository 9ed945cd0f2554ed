/** The planner function, as SCF calls it: `index.main_handler`. */
import { functionLog, onceAnInstance, openPlanner } from '../lib/runtime/compose.ts';
import { plannerHandler } from '../lib/runtime/handlers.ts';

export const main_handler = plannerHandler(onceAnInstance(openPlanner), functionLog);
