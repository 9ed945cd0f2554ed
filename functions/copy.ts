/** The copy function, as SCF calls it: `index.main_handler`. */
import { functionLog, onceAnInstance, openCopy } from '../lib/runtime/compose.ts';
import { copyHandler } from '../lib/runtime/handlers.ts';

export const main_handler = copyHandler(onceAnInstance(openCopy), functionLog);
