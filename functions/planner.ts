/** The planner function, as SCF calls it: `planner.main_handler`. */
import { composeInstance, functionLog } from '../lib/runtime/compose.ts';
import { plannerHandler } from '../lib/runtime/handlers.ts';

export const main_handler = plannerHandler(composeInstance, functionLog);
