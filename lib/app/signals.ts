/** Signals that many wait on at once. */
import { setMaxListeners } from 'node:events';

/** Aborts with the first of them. Every object under way may listen: Node would take that for a leak. */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const any = AbortSignal.any([...signals]);
  setMaxListeners(0, any);
  return any;
}
