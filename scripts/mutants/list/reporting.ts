/** The reporter: results, the sweep, the end of a task, the failed manifest. */
import { type Mutant, SIMULATION } from '../mutant.ts';

const SETTLE = { file: 'lib/app/settle.ts', tests: ['test/app/reporter.test.ts', SIMULATION] };
const SWEEP = { file: 'lib/app/sweep.ts', tests: ['test/app/reporter.test.ts'] };
const TICK = { file: 'lib/app/tick.ts', tests: ['test/app/tick.test.ts', SIMULATION] };

export const REPORTING: readonly Mutant[] = [
  {
    ...SETTLE,
    name: 'settle-bytes',
    find: ' - segment.bytes',
    replace: '',
    breaks: 'The bytes of each segment count twice.',
  },
  {
    ...SWEEP,
    name: 'sweep-never-gives-up',
    find: 'segment.rings >= ports.sweep.ringsMax',
    replace: 'segment.rings < 0',
    breaks: 'A segment that no worker can finish is rung for ever.',
  },
  {
    ...SWEEP,
    name: 'sweep-range-for-ever',
    find: 'range.rings >= ports.sweep.ringsMax',
    replace: 'range.rings < 0',
    breaks: 'A range that no planner can list is rung for ever.',
  },
  {
    ...SWEEP,
    name: 'sweep-silent',
    find: 'await ringSegment(ports.queue, { taskId, state: state.location, segmentId, count, stalled: 0 });',
    replace: '',
    breaks: 'A lost message is never sent again.',
  },
  {
    ...SWEEP,
    name: 'sweep-uncounted',
    find: 'segmentIds: [segmentId]',
    replace: 'segmentIds: []',
    breaks: 'Rings are not counted: the same segment is rung at every tick.',
  },
  {
    ...SWEEP,
    name: 'sweep-impatient',
    find: 'Math.min(nowMs, totals.deliveredMs)',
    replace: 'nowMs',
    breaks: 'Segments that wait in a long queue are rung again and given up.',
  },
  {
    ...SWEEP,
    file: 'lib/app/abandon-segment.ts',
    name: 'sweep-fails-what-is-done',
    find: 'for (const gap of gaps) {',
    replace: 'for (const gap of [{ from: 0, to: count }]) {',
    breaks: 'Objects that were copied are reported as failed.',
  },
  {
    ...TICK,
    name: 'tick-ends-unlisted',
    find: 'totals.rangesOpen === 0 && ',
    replace: '',
    breaks: 'A task ends before its listing does.',
  },
  {
    ...TICK,
    name: 'tick-ends-with-open-segments',
    find: ' && totals.segmentsDone === totals.segments',
    replace: '',
    breaks: 'A task ends before its objects are copied.',
  },
  {
    ...TICK,
    name: 'tick-touches-what-ended',
    find: ' || before.finishedAtMs !== undefined',
    replace: '',
    breaks: 'A task that has ended is reported anew.',
  },
];
