/** A wait that ends early, without an error, when its signal aborts. */
import { setTimeout as delay } from 'node:timers/promises';

export async function nap(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
