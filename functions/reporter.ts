/** The reporter function, as SCF calls it: `reporter.main_handler`. */
import { composeInstance, functionLog } from '../lib/runtime/compose.ts';
import { reporterHandler } from '../lib/runtime/handlers.ts';

export const main_handler = reporterHandler(composeInstance, functionLog);
