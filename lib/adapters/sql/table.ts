/** The table store on any SQL database that an engine is given for. */
import type { Table } from '../../ports/table.ts';
import { chunksOf, type SqlEngine } from './engine.ts';
import { confirmEnd, ending, moveEnding, unconfirmedEnds } from './endings.ts';
import { migrate } from './migrate.ts';
import {
  advance,
  failedRanges,
  failRange,
  range,
  ranges,
  rangRanges,
  silentRanges,
  split,
} from './ranges.ts';
import { failedSegments, freeze, moving, rangSegments, segments, silentSegments } from './segments.ts';
import { division, moveDivision, noteUses, uses } from './shares.ts';
import { addSlices } from './slices.ts';
import { createTask, setTaskState, task, unfinishedTasks } from './tasks.ts';
import { rangeTotals, totals } from './totals.ts';

/** Creates or migrates the tables, then answers the store; `close` destroys the engine's connections. */
export async function openSqlTable(engine: SqlEngine): Promise<Table> {
  const { db, perform } = engine;
  await perform(() => migrate(engine));
  return {
    createTask: (newTask) => perform(() => createTask(engine, newTask)),
    task: (taskId) => perform(() => task(db, taskId)),
    unfinishedTasks: () => perform(() => unfinishedTasks(db)),
    setTaskState: (args) => perform(() => setTaskState(db, args)),
    range: (taskId, rangeId) => perform(() => range(db, taskId, rangeId)),
    ranges: (taskId, afterKey, limit) => perform(() => ranges(db, taskId, afterKey, limit)),
    advance: (step) => perform(() => advance(db, step)),
    failedRanges: (taskId, limit) => perform(() => failedRanges(db, taskId, limit)),
    split: (one) => perform(() => split(db, one)),
    failRange: (args) => perform(() => failRange(db, args)),
    segments: (taskId, segmentIds) => perform(() => segments(db, taskId, segmentIds)),
    addSlices: (args) => perform(() => addSlices(engine, args)),
    freeze: (frozen) => perform(() => freeze(engine, frozen)),
    silentRanges: (taskId, beforeMs, limit) => perform(() => silentRanges(db, taskId, beforeMs, limit)),
    silentSegments: (taskId, beforeMs, limit) => perform(() => silentSegments(db, taskId, beforeMs, limit)),
    rang: (args) => perform(() => rang(db, args)),
    moving: (args) => perform(() => moving(engine, args)),
    ending: (taskId) => perform(() => ending(db, taskId)),
    moveEnding: (args) => perform(() => moveEnding(engine, args)),
    unconfirmedEnds: (args) => perform(() => unconfirmedEnds(db, args)),
    confirmEnd: (taskId) => perform(() => confirmEnd(engine, taskId)),
    noteUses: (args) => perform(() => noteUses(db, args)),
    uses: (taskId) => perform(() => uses(db, taskId)),
    division: (taskId) => perform(() => division(db, taskId)),
    moveDivision: (args) => perform(() => moveDivision(engine, args)),
    totals: (taskId) => perform(() => totals(db, taskId)),
    rangeTotals: (taskId) => perform(() => rangeTotals(db, taskId)),
    failedSegments: (taskId, after, limit) => perform(() => failedSegments(db, taskId, after, limit)),
    close: () => db.destroy(),
  };
}

/** Segments before ranges, as `freeze` locks them. */
function rang(db: SqlEngine['db'], args: Parameters<Table['rang']>[0]): Promise<void> {
  const { taskId, rangeIds, segmentIds, nowMs } = args;
  return db.transaction().execute(async (trx) => {
    for (const chunk of chunksOf(segmentIds)) await rangSegments(trx, taskId, chunk, nowMs);
    for (const chunk of chunksOf(rangeIds)) await rangRanges(trx, taskId, chunk, nowMs);
  });
}
