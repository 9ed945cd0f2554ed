/** Waits for something that happens elsewhere in this process. */
import { setImmediate } from 'node:timers/promises';

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}
