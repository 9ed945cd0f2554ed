/** Copying one object, and one segment: bytes that are not the source's, work that is not what a slice says. */
import { type Mutant, SIMULATION } from '../mutant.ts';

const OBJECT = { file: 'lib/app/copy-object.ts', tests: ['test/app/copy-object.test.ts', SIMULATION] };
const VERIFY = { file: 'lib/app/verify.ts', tests: ['test/app/copy-object.test.ts', SIMULATION] };
const SEGMENT = { file: 'lib/app/copy-segment.ts', tests: ['test/app/copy-segment.test.ts'] };
const RUN = { file: 'lib/app/run.ts', tests: ['test/app/copy-segment.test.ts', SIMULATION] };

export const COPYING: readonly Mutant[] = [
  {
    ...OBJECT,
    name: 'copy-any-version',
    find: "this.entry.type === 'Symlink' ? undefined : this.entry.etag",
    replace: 'undefined',
    breaks: 'Another version than the one that was listed is copied under its name.',
  },
  {
    ...OBJECT,
    name: 'copy-skip-unguarded',
    find: "const forbidOverwrite = context.task.conflict === 'skip';",
    replace: 'const forbidOverwrite = false;',
    breaks: 'skip overwrites what came into the target after it was listed.',
  },
  {
    ...OBJECT,
    name: 'copy-keeps-corrupt-content',
    find: "if (error.code === 'corrupt') this.held = undefined;",
    replace: '',
    breaks: 'Bytes that were changed on the way are sent again and again.',
  },
  {
    ...OBJECT,
    name: 'copy-own-write-skipped',
    find: "this.answerLost ||= error.code === 'unavailable' || error.code === 'timeout';",
    replace: '',
    breaks: 'An own write whose answer was lost counts as skipped.',
    tests: ['test/e2e/conflicts.test.ts'],
  },
  {
    ...OBJECT,
    name: 'copy-into-state',
    find: 'return task.state.bucket === task.target.bucket && liesUnder(key, task.state.prefix);',
    replace: 'return false;',
    breaks: 'An object of the source overwrites a state object.',
    tests: [SIMULATION, 'test/e2e/migrate.test.ts'],
  },
  {
    ...VERIFY,
    name: 'verify-nothing',
    find: "if (written.crc64 === crc64) return 'crc64';",
    replace: "return 'crc64';",
    breaks: 'The CRC-64s are not compared.',
  },
  {
    ...VERIFY,
    name: 'verify-leaves-corrupt',
    find: 'await context.sink.remove(key, signal);',
    replace: '',
    breaks: 'A corrupt object stays in the target.',
  },
  {
    ...VERIFY,
    name: 'verify-size-alone',
    find: ' && found.version.crc64 === copy.crc64',
    replace: '',
    breaks: 'Another object of the same size is taken for the copy.',
    tests: ['test/app/copy-large.test.ts', SIMULATION],
  },
  {
    name: 'symlink-checksum',
    file: 'lib/app/checksum.ts',
    find: "attributes.type === 'Symlink' ? undefined : attributes.crc64",
    replace: 'attributes.crc64',
    breaks: 'The checksum of a link is trusted as that of its target.',
    tests: ['test/e2e/migrate.test.ts', SIMULATION],
  },
  {
    name: 'target-listing-start',
    file: 'lib/app/conflicts.ts',
    find: 'const start = justBefore(key);',
    replace: 'const start = key;',
    breaks: 'A key that the target has is not found there.',
    tests: ['test/app/conflicts.test.ts'],
  },
  {
    ...SEGMENT,
    name: 'segment-copies-again',
    find: 'if (gaps.length === 0) return',
    replace: 'if (gaps.length < 0) return',
    breaks: 'A segment that is done does not ring the reporter again.',
  },
  {
    ...SEGMENT,
    name: 'segment-never-stalls',
    find: 'hasMoved ? 0 : message.stalled + 1',
    replace: '0',
    breaks: 'An object that no invocation can finish is tried for ever.',
  },
  {
    ...SEGMENT,
    name: 'segment-rest-forgotten',
    find: "if (isWhole || control.last.state !== 'running') return;",
    replace: 'return;',
    breaks: 'What the deadline cut off waits for the sweep.',
  },
  {
    ...SEGMENT,
    name: 'segment-acknowledged-unfinished',
    find: 'if (!isWhole) signal.throwIfAborted();',
    replace: '',
    breaks: 'A worker that is stopped takes its segments with it.',
  },
  {
    ...RUN,
    name: 'run-written-beyond-done',
    find: 'while (this.ended[this.done] !== undefined) this.done++;',
    replace: 'this.done = Math.max(this.done, at + 1);',
    breaks: 'A checkpoint states entries that are still under way.',
  },
  {
    ...RUN,
    name: 'run-begins-late',
    find: 'if (leftMs <= DEADLINE_MARGINS.beginMs) this.stopping = true;',
    replace: '',
    breaks: 'Objects are begun that cannot end before the deadline.',
  },
  {
    ...RUN,
    name: 'run-past-deadline',
    find: 'if (leftMs <= DEADLINE_MARGINS.stopMs) this.halt.abort',
    replace: 'if (leftMs === -1) this.halt.abort',
    breaks: 'An object under way keeps the function until it is cut off.',
  },
  {
    ...RUN,
    name: 'run-pause-ignored',
    find: 'if (!(await this.job.mayGoOn(either))) this.stopping = true;',
    replace: 'await this.job.mayGoOn(either);',
    breaks: 'Copying goes on while the task is paused.',
  },
  {
    ...RUN,
    name: 'run-no-checkpoint',
    find: 'this.keptAtMs >= CHECKPOINT_EVERY_MS',
    replace: 'this.keptAtMs < 0',
    breaks: 'A crash makes all of a segment move again.',
  },
];
