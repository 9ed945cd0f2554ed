/** One listing in virtual time, where nothing but the listing calls takes any: how well the work is divided. */
import { setImmediate as nothingRunnable } from 'node:timers/promises';
import { MemoryBucket } from '../../../lib/adapters/memory/bucket.ts';
import { MemoryObjectSink } from '../../../lib/adapters/memory/object-sink.ts';
import { MemoryStateStore } from '../../../lib/adapters/memory/state-store.ts';
import { MemoryTable } from '../../../lib/adapters/memory/table.ts';
import type { Entry } from '../../../lib/core/object.ts';
import type { ObjectSource } from '../../../lib/ports/object-source.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { readySums } from '../../../test/simulation/in-step.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { seededDice } from '../../../test/support/seeded-dice.ts';
import { type FlatKeys, flatKeys } from './flat.ts';
import { flatTask, planAll, SILENT } from './plan-all.ts';

/** Pages of a rule's keys, each answered after the latency. */
function sourceOf(flat: FlatKeys, clock: Clock, latencyMs: number): Pick<ObjectSource, 'list'> {
  return {
    list: async ({ after, keysMax }) => {
      await clock.sleep(latencyMs);
      const from = flat.firstBehind(after);
      const to = Math.min(flat.count, from + keysMax);
      const entries: Entry[] = Array.from({ length: to - from }, (_, i) => ({ key: flat.keyAt(from + i) }));
      const truncated = to < flat.count;
      return { entries, truncated, next: truncated ? entries.at(-1)?.key : undefined };
    },
  };
}

/** Its arguments: shape of the keys, how many, milliseconds a call, listings in flight, seed. Answers a `Listing`. */
export async function runVirtual(args: readonly string[]): Promise<object> {
  const [shape = 'hex', keys = '1000000', latencyMs = '200', inFlight = '64', seed = '1'] = args;
  await readySums();
  const clock = new VirtualClock();
  const begunMs = clock.now();
  const state = Object.assign(new MemoryStateStore(), { put: () => Promise.resolve() });
  const source = Object.assign(
    Object.create(new MemoryBucket(() => clock.now())) as ObjectSource,
    sourceOf(flatKeys(shape, Number(keys)), clock, Number(latencyMs)),
  );
  const stores = {
    source: () => source,
    sink: () => new MemoryObjectSink({ nowMs: () => clock.now() }),
    state: () => state,
    limit: () => undefined,
  };
  const ports = { stores, table: new MemoryTable(), clock, dice: seededDice(Number(seed)), log: SILENT };
  const work = new Set<Promise<unknown>>();
  const planning = planAll(ports, flatTask('http://127.0.0.1:1'), Number(inFlight)).finally(() =>
    work.clear(),
  );
  work.add(planning);
  while (work.size > 0) {
    await nothingRunnable();
    clock.step();
  }
  return { ...(await planning), seconds: (clock.now() - begunMs) / 1_000 };
}
