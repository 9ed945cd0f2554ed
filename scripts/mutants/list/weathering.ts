/** What storms bring about: state objects that are garbled, ticks that are overtaken, races that are lost, clocks that jump. */
import { type Mutant, SIMULATION } from '../mutant.ts';

const STATE = {
  file: 'lib/app/task-state.ts',
  tests: ['test/app/task-state.test.ts', 'test/app/tampering.test.ts'],
};
const LINES = {
  file: 'lib/app/failed-lines.ts',
  tests: ['test/app/failed-manifest.test.ts', 'test/app/tick.test.ts'],
};
const LIST = { file: 'lib/app/failed-manifest.ts', tests: ['test/app/failed-manifest.test.ts', SIMULATION] };
const LAST = { file: 'lib/app/last-report.ts', tests: ['test/app/last-report.test.ts'] };

export const WEATHERING: readonly Mutant[] = [
  {
    ...STATE,
    name: 'state-read-once',
    find: 'return parse(await this.read(key, signal));',
    replace: 'throw error;',
    breaks: 'A result that was garbled once on its way counts as never written.',
  },
  {
    ...STATE,
    name: 'state-result-misnamed',
    find: 'parsed.success && parsed.data.name === name',
    replace: 'parsed.success',
    breaks: 'A result under the name of another is believed.',
  },
  {
    ...STATE,
    name: 'state-manifest-any-bytes',
    find: 'if (isManifestOf(segmentId, manifest)) return manifest;',
    replace: 'return manifest;',
    breaks: 'A manifest that was changed is copied.',
    tests: ['test/app/tampering.test.ts'],
  },
  {
    name: 'settle-changed-result',
    file: 'lib/app/settle.ts',
    find: "if (!(error instanceof UserError)) throw error;\n    log.warn('result refused'",
    replace: "if (error instanceof Error) throw error;\n    log.warn('result refused'",
    breaks: 'A result that was changed keeps the reporter from all others.',
    tests: ['test/app/reporter.test.ts', 'test/app/tampering.test.ts'],
  },
  {
    ...LINES,
    name: 'failed-key-missing',
    find: 'of segment.path ?? []',
    replace: 'of (segment.path ?? []).slice(0, 1)',
    breaks: 'The failed manifest tells of the first result of each segment alone.',
    tests: [...LINES.tests, SIMULATION],
  },
  {
    ...LINES,
    name: 'failed-last-page',
    find: 'page.length < PAGE',
    replace: 'page.length <= PAGE',
    breaks: 'Of many segments with failures only the first are in the failed manifest.',
  },
  {
    ...LINES,
    name: 'failed-retryable',
    find: 'retryable: isFailureRetryable(error.code)',
    replace: 'retryable: true',
    breaks: 'The failed manifest says of every object that a retry may help.',
    tests: [...LINES.tests, SIMULATION],
  },
  {
    ...LINES,
    name: 'failed-unreadable-untold',
    find: 'problems.push(`the failed manifest is incomplete: ${error.message}`);',
    replace: '',
    breaks: 'Failed keys whose result cannot be read are left out without a word.',
  },
  {
    ...LIST,
    name: 'failed-key-doubled',
    find: "    carried: '',\n    problems",
    replace: '    carried: list.carried,\n    problems',
    breaks: 'Lines that waited for a part of their size are written twice.',
  },
  {
    ...LIST,
    name: 'failed-race-both-win',
    find: 'if (moved === false) return noted;',
    replace: 'if (moved === false) return ending;',
    breaks: 'A tick that was overtaken goes on from a place that is not noted.',
  },
  {
    ...LIST,
    name: 'failed-orphan-upload',
    find: 'if (uploadId !== undefined && isOrphan) await giveUp(state, uploadId);',
    replace: '',
    breaks: 'The upload of a tick that was overtaken stays, and is paid for.',
  },
  {
    name: 'tick-final-report-overwritten',
    file: 'lib/app/tick.ts',
    find: 'if (row?.finishedAtMs !== undefined) await writeLastReport(this.ports, row, signal);',
    replace: 'void row;',
    breaks: 'A tick that was overtaken by the end leaves a report of a task that runs.',
    tests: ['test/app/tick.test.ts', SIMULATION],
  },
  {
    ...LAST,
    name: 'confirm-at-once',
    find: 'nowMs - CONFIRM_AFTER_MS]',
    replace: 'nowMs]',
    breaks: 'The last report is confirmed while others may still write theirs over it.',
  },
  {
    ...LAST,
    name: 'confirm-unwritten',
    find: 'await writeLastReport(ports, row, signal);\n  await ports.table.confirmEnd',
    replace: 'await ports.table.confirmEnd',
    breaks: 'The last report is taken for confirmed without being written.',
  },
  {
    name: 'deadline-never-late',
    file: 'lib/app/deadline.ts',
    find: 'late.abort(new Error(`not done within ${String(ms)} ms`));',
    replace: '',
    breaks: 'A checkpoint that hangs keeps the function from ending in time.',
    tests: ['test/app/deadline.test.ts'],
  },
];
