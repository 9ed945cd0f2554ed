/** The reporter function, as SCF calls it: `index.main_handler`. */
import { functionLog, onceAnInstance, openReporter } from '../lib/runtime/compose.ts';
import { reporterHandler } from '../lib/runtime/handlers.ts';

export const main_handler = reporterHandler(onceAnInstance(openReporter), functionLog);
