/** Signals that never come. */
import { setMaxListeners } from 'node:events';

/** One of its own: however many listen to it, Node does not warn. */
export function calm(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

export const CALM = calm();
