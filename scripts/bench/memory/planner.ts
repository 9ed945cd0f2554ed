/** The planner over a bucket whose keys are as long as they can be, or over a list of such keys. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteTable } from '../../../lib/adapters/sqlite/table.ts';
import { planRange } from '../../../lib/app/plan-range.ts';
import { FORKING } from '../../../lib/core/forking.ts';
import { ROOT_RANGE } from '../../../lib/app/start-task.ts';
import { parseMessage, type RangeMessage } from '../../../lib/core/messages.ts';
import { taskDigest } from '../../../lib/core/task.ts';
import type { Queue } from '../../../lib/ports/queue.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { benchTask, CALM, functionPorts, type Places } from './common.ts';

/** Ranges of one invocation: the batch of `events` in serverless.yml. */
const RANGES_AT_ONCE = 8;
/** Splits as early as it may, so that there are many ranges of a bucket that is listed in seconds. */
const EARLY = { ...FORKING, afterKeys: 5_000, partKeysMin: 2_000, lookEveryKeys: 1_000 };

/** Answers what was planned. */
export async function planAll(places: Places): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-memory-'));
  const table = await openSqliteTable(join(folder, 'state.db'), systemClock);
  const rung: RangeMessage[] = [];
  const queue: Queue = {
    send: (topic, messages) => {
      if (topic === 'ranges') rung.push(...messages.map(({ body }) => parseMessage('ranges', body)));
      return Promise.resolve();
    },
    consume: () => Promise.resolve(),
  };
  const common = functionPorts(queue);
  const ports = { ...common, table, forking: EARLY };
  try {
    const task = benchTask(places);
    const { taskId } = task;
    const nowMs = systemClock.now();
    await table.createTask({ taskId, digest: taskDigest(task), task, nowMs, rangeId: ROOT_RANGE, after: '' });
    rung.push({ taskId, rangeId: ROOT_RANGE });
    const worker = async () => {
      for (let message = rung.shift(); message !== undefined; message = rung.shift())
        await planRange(ports, message, Infinity, CALM);
    };
    while (rung.length > 0) await beside(worker, rung);
    const { listed, ranges, rangesOpen, segments } = await table.totals(taskId);
    if (rangesOpen > 0) throw new Error(`${String(rangesOpen)} ranges were not listed to their end`);
    return `${String(listed.objects)} keys, ${String(ranges)} ranges, ${String(segments)} manifests`;
  } finally {
    await common.stores.close();
    await table.close();
    await rm(folder, { recursive: true });
  }
}

/** The first range rings for others: workers join as there is work for them. */
async function beside(worker: () => Promise<void>, rung: readonly RangeMessage[]): Promise<void> {
  const workers: Promise<void>[] = [];
  let working = 0;
  const join = () => {
    while (working < RANGES_AT_ONCE && rung.length > 0) {
      working++;
      workers.push(
        worker().finally(() => {
          working--;
        }),
      );
    }
  };
  join();
  for (let at = 0; at < workers.length; at++) {
    const joining = setInterval(join, 5);
    await workers[at]?.finally(() => {
      clearInterval(joining);
    });
  }
}
