/** The table as one simulated process reaches it: a transaction fails before it begins, or its commit is not answered. */
import type { Table } from '../../lib/ports/table.ts';
import type { SimProcess } from './process.ts';

/** `onRequest` is told of every call that reached the table. */
export function gatedTable(table: Table, process: SimProcess, onRequest: (operation: string) => void): Table {
  const call = <T>(operation: keyof Table, run: () => Promise<T>): Promise<T> =>
    process.call({
      port: 'table',
      operation,
      run: () => {
        onRequest(`table.${operation}`);
        return run();
      },
    });
  /** Answered with no: somebody else was first. */
  const race = async (operation: 'advance' | 'split' | 'freeze' | 'ending', run: Promise<boolean>) => {
    const won = await run;
    if (!won) process.suffers(`${operation} lost its race`, '');
    return won;
  };
  return {
    createTask: (task) => call('createTask', () => table.createTask(task)),
    task: (taskId) => call('task', () => table.task(taskId)),
    unfinishedTasks: () => call('unfinishedTasks', () => table.unfinishedTasks()),
    setTaskState: (change) => call('setTaskState', () => table.setTaskState(change)),
    range: (taskId, rangeId) => call('range', () => table.range(taskId, rangeId)),
    ranges: (taskId, after, limit) => call('ranges', () => table.ranges(taskId, after, limit)),
    advance: (step) =>
      race(
        'advance',
        call('advance', () => table.advance(step)),
      ),
    failedRanges: (taskId, limit) => call('failedRanges', () => table.failedRanges(taskId, limit)),
    split: (split) =>
      race(
        'split',
        call('split', () => table.split(split)),
      ),
    failRange: (failure) => call('failRange', () => table.failRange(failure)),
    segments: (taskId, segmentIds) => call('segments', () => table.segments(taskId, segmentIds)),
    addSlices: (slices) => call('addSlices', () => table.addSlices(slices)),
    freeze: (freeze) =>
      race(
        'freeze',
        call('freeze', () => table.freeze(freeze)),
      ),
    silentRanges: (taskId, beforeMs, limit) =>
      call('silentRanges', () => table.silentRanges(taskId, beforeMs, limit)),
    silentSegments: (taskId, beforeMs, limit) =>
      call('silentSegments', () => table.silentSegments(taskId, beforeMs, limit)),
    rang: (rung) => call('rang', () => table.rang(rung)),
    moving: (moved) => call('moving', () => table.moving(moved)),
    ending: (taskId) => call('ending', () => table.ending(taskId)),
    moveEnding: (move) =>
      race(
        'ending',
        call('moveEnding', () => table.moveEnding(move)),
      ),
    unconfirmedEnds: (span) => call('unconfirmedEnds', () => table.unconfirmedEnds(span)),
    confirmEnd: (taskId) => call('confirmEnd', () => table.confirmEnd(taskId)),
    noteUses: (uses) => call('noteUses', () => table.noteUses(uses)),
    uses: (taskId) => call('uses', () => table.uses(taskId)),
    division: (taskId) => call('division', () => table.division(taskId)),
    moveDivision: (move) => call('moveDivision', () => table.moveDivision(move)),
    totals: (taskId) => call('totals', () => table.totals(taskId)),
    rangeTotals: (taskId) => call('rangeTotals', () => table.rangeTotals(taskId)),
    failedSegments: (taskId, after, limit) =>
      call('failedSegments', () => table.failedSegments(taskId, after, limit)),
    close: () => table.close(),
  };
}
