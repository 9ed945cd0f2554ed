/** The table store on any SQL database that an engine is given for. */
import type { Table } from '../../ports/table.ts';
import { chunksOf, type SqlEngine } from './engine.ts';
import { migrate } from './migrate.ts';
import { advance, failRange, range, ranges, rangRanges, silentRanges } from './ranges.ts';
import { failedSegments, freeze, rangSegments, segment, silentSegments } from './segments.ts';
import { addSlices } from './slices.ts';
import { createTask, setTaskState, task, unfinishedTasks } from './tasks.ts';
import { totals } from './totals.ts';

/** Creates or migrates the tables, then answers the store; `close` destroys the engine's connections. */
export async function openSqlTable(engine: SqlEngine): Promise<Table> {
  await migrate(engine);
  const { db } = engine;
  return {
    createTask: (newTask) => createTask(engine, newTask),
    task: (taskId) => task(db, taskId),
    unfinishedTasks: () => unfinishedTasks(db),
    setTaskState: (args) => setTaskState(db, args),
    range: (taskId, rangeId) => range(db, taskId, rangeId),
    ranges: (taskId, afterKey, limit) => ranges(db, taskId, afterKey, limit),
    advance: (step) => advance(db, step),
    failRange: (args) => failRange(db, args),
    segment: (taskId, segmentId) => segment(db, taskId, segmentId),
    addSlices: (args) => addSlices(engine, args),
    freeze: (frozen) => freeze(engine, frozen),
    silentRanges: (taskId, beforeMs, limit) => silentRanges(db, taskId, beforeMs, limit),
    silentSegments: (taskId, beforeMs, limit) => silentSegments(db, taskId, beforeMs, limit),
    rang: (args) => rang(db, args),
    totals: (taskId) => totals(db, taskId),
    failedSegments: (taskId, after, limit) => failedSegments(db, taskId, after, limit),
    close: () => db.destroy(),
  };
}

function rang(db: SqlEngine['db'], args: Parameters<Table['rang']>[0]): Promise<void> {
  const { taskId, rangeIds, segmentIds, nowMs } = args;
  return db.transaction().execute(async (trx) => {
    for (const chunk of chunksOf(rangeIds)) await rangRanges(trx, taskId, chunk, nowMs);
    for (const chunk of chunksOf(segmentIds)) await rangSegments(trx, taskId, chunk, nowMs);
  });
}
