/**
 * One of several planners of the listing benchmark, on a table and a queue that they share.
 * `node bench-listing-planner.js FOLDER PORT IN_FLIGHT PARALLELISM`: ends when its input does, and prints its `Share` as JSON.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { planRange } from '../../../lib/app/plan-range.ts';
import { parseMessage } from '../../../lib/core/messages.ts';
import { openSqliteQueue } from '../../../lib/adapters/sqlite/queue.ts';
import { openSqliteTable } from '../../../lib/adapters/sqlite/table.ts';
import { systemClock, systemDice } from '../../../lib/runtime/clock.ts';
import { counted, flatTask, forkingFor, SILENT } from './plan-all.ts';
import { connectedTo, QUEUE_OPTIONS } from './run.ts';

/** Of the work. */
export interface Share {
  readonly calls: number;
  readonly cpuSeconds: number;
}

const [folder = '', port = '', inFlight = '1', parallelism = '1'] = process.argv.slice(2);
const over = new AbortController();
void once(process.stdin.resume(), 'end').then(() => {
  over.abort();
});
const common = { clock: systemClock, dice: systemDice, log: SILENT };
const table = await openSqliteTable(join(folder, 'state.db'), systemClock);
const queue = await openSqliteQueue(join(folder, 'queue.db'), QUEUE_OPTIONS);
const { stores, close } = connectedTo(Number(port));
const source = counted(stores.source(flatTask(`http://127.0.0.1:${port}`)));
const ports = {
  ...{ ...common, table, queue, forking: forkingFor(Number(parallelism)) },
  stores: { ...stores, source: () => source.counted },
};
await queue.consume(
  'ranges',
  { batchMax: 1, inFlightMax: Number(inFlight) },
  async (messages) => {
    for (const { body } of messages)
      await planRange(ports, parseMessage('ranges', body), Infinity, over.signal);
  },
  over.signal,
);
await close();
await queue.close();
await table.close();
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({ calls: source.calls(), cpuSeconds: (user + system) / 1e6 } satisfies Share),
);
