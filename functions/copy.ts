/** The copy function, as SCF calls it: `copy.main_handler`. */
import { composeInstance, functionLog } from '../lib/runtime/compose.ts';
import { copyHandler } from '../lib/runtime/handlers.ts';

export const main_handler = copyHandler(composeInstance, functionLog);
