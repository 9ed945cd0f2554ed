/** The state bucket as one process reaches it: reads and writes take time, are lost, are late, or take effect without an answer. */
import { StoreError } from '../../../lib/core/errors.ts';
import type { StateStore } from '../../../lib/ports/state-store.ts';
import type { SimDice } from '../dice.ts';
import type { VirtualClock } from '../virtual-clock.ts';

export interface Flaws {
  readonly clock: VirtualClock;
  readonly dice: SimDice;
  /** Of each call, 0 to 1. */
  readonly faults: number;
}

const LATENCY_MS = { low: 5, high: 300 } as const;
/** A write whose sender has given up may still arrive. */
const LATE_MS_MAX = 6_000;

export function flakyState(store: StateStore, { clock, dice, faults }: Flaws): StateStore {
  const lost = (operation: string) =>
    new StoreError(`${operation}: simulated`, { code: 'unavailable', operation });
  const there = () => clock.sleep(dice.between(LATENCY_MS.low, LATENCY_MS.high));
  const struck = async (operation: string, signal: AbortSignal): Promise<void> => {
    await there();
    if (!dice.chance(faults)) return;
    if (dice.chance(0.5)) await clock.sleep(dice.between(500, 60_000), signal);
    throw lost(operation);
  };
  return Object.assign(Object.create(store) as StateStore, {
    get: async (key: string, signal: AbortSignal) => {
      await struck('get', signal);
      const body = await store.get(key, signal);
      await there();
      return body;
    },
    put: async (...[key, body, options, signal]: Parameters<StateStore['put']>) => {
      if (dice.chance(faults)) {
        clock.schedule(dice.between(0, LATE_MS_MAX), () => {
          void store.put(key, body, options, new AbortController().signal);
        });
        await clock.sleep(dice.between(0, 60_000), signal);
        throw lost('put');
      }
      await struck('put', signal);
      await store.put(key, body, options, signal);
      await there();
    },
  } satisfies Pick<StateStore, 'get' | 'put'>);
}
