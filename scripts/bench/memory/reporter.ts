/** The reporter at the end of a task in which every object failed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteTable } from '../../../lib/adapters/sqlite/table.ts';
import { tick } from '../../../lib/app/tick.ts';
import { NO_TALLY } from '../../../lib/core/slices.ts';
import { taskDigest } from '../../../lib/core/task.ts';
import type { Queue } from '../../../lib/ports/queue.ts';
import type { Table } from '../../../lib/ports/table.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { FUNCTION } from '../../../lib/runtime/limits.ts';
import { benchTask, CALM, functionPorts, type Places } from './common.ts';

const ENTRIES = 1_000;
/** As a function has it for a tick. */
const TICK_MS = 210_000;
const FORGETS: Queue = { send: () => Promise.resolve(), consume: () => Promise.resolve() };

/** `kind` names the results that the state server makes up. Answers how it ended. */
export async function finishFailed(places: Places, kind: string, failures: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-memory-'));
  const table = await openSqliteTable(join(folder, 'state.db'), systemClock);
  try {
    const task = benchTask(places);
    await fill(table, task, kind, failures / ENTRIES);
    const common = functionPorts(FORGETS);
    const ports = { ...common, table, sweep: FUNCTION.sweep };
    for (let ticks = 1; ; ticks++) {
      const report = await tick(ports, task.taskId, systemClock.now() + TICK_MS, CALM);
      if (report === undefined || report.finishedAt === null) continue;
      await common.stores.close();
      if (report.objects.failed !== failures || report.problems.length > 0)
        throw new Error(`${String(report.objects.failed)} failures, ${report.problems.join('; ')}`);
      return `${String(failures)} failures listed, ${String(ticks)} ticks`;
    }
  } finally {
    await table.close();
    await rm(folder, { recursive: true });
  }
}

async function fill(
  table: Table,
  task: ReturnType<typeof benchTask>,
  kind: string,
  segments: number,
): Promise<void> {
  const { taskId } = task;
  const nowMs = systemClock.now();
  await table.createTask({ taskId, digest: taskDigest(task), task, nowMs, rangeId: kind, after: '' });
  const failed = { objects: ENTRIES, bytes: ENTRIES * 4_096 };
  for (let seq = 0; seq < segments; seq++) {
    const segmentId = `${kind}/${String(seq).padStart(7, '0')}-u`;
    const [expectedCursor, cursor] = [seq === 0 ? '' : String(seq), String(seq + 1)];
    const range = { taskId, rangeId: kind, expectedCursor, expectedUpTo: undefined, cursor, nowMs };
    const segment = { segmentId, seq, count: ENTRIES, bytes: failed.bytes };
    await table.advance({ ...range, listed: seq === segments - 1, segment });
    const failures = { ACCESS_DENIED: { objects: ENTRIES, samples: [] } };
    const tally = { ...NO_TALLY, failed };
    const path = ['0-1000-u.json'];
    await table.freeze({ taskId, segmentId, path, tally, failures, bytesCorrection: 0 });
  }
}
