/** What a user asks of a running task, limits, workers, secrets. */
import type { Mutant } from '../mutant.ts';

const TICK = { file: 'lib/app/tick.ts', tests: ['test/app/tick.test.ts'] };
const LIMITER = { file: 'lib/runtime/limiter.ts', tests: ['test/runtime/limiter.test.ts'] };
const GUARDS = { file: 'lib/runtime/interceptors.ts', tests: ['test/runtime/interceptors.test.ts'] };
const REDACT = { file: 'lib/runtime/cli/redact.ts', tests: ['test/cli/redact.test.ts'] };

export const CONTROLLING: readonly Mutant[] = [
  {
    ...TICK,
    name: 'control-cancel-ignored',
    find: "return row.state === 'cancelling' ? row : move(['running', 'paused'], 'cancelling');",
    replace: 'return row;',
    breaks: 'A cancelled task runs on.',
  },
  {
    ...TICK,
    name: 'control-paused-ends',
    find: "state !== 'paused' && ",
    replace: '',
    breaks: 'A paused task ends.',
  },
  {
    name: 'control-resume-rings-nothing',
    file: 'lib/app/sweep.ts',
    tests: TICK.tests,
    find: 'Math.max(row.resumedAtMs, quietBeforeMs(clock.now(), totals, settings.silenceMs))',
    replace: 'quietBeforeMs(clock.now(), totals, settings.silenceMs)',
    breaks: 'A task that goes on waits until it is taken for silent.',
  },
  {
    name: 'control-read-once',
    file: 'lib/app/control-watch.ts',
    find: "this.control.state !== 'running' || ",
    replace: '',
    breaks: 'A task that goes on is held up by what was read while it was paused.',
    tests: ['test/app/control-watch.test.ts'],
  },
  {
    name: 'copy-paused-task',
    file: 'lib/app/copy-segment.ts',
    find: "if ((await control.read(signal)).state !== 'running') return;",
    replace: 'await control.read(signal);',
    breaks: 'A paused or cancelled task is copied on, segment by segment.',
    tests: ['test/app/copy-segment.test.ts'],
  },
  {
    ...LIMITER,
    name: 'limit-half-counted',
    find: 'Math.max(this.givenUnits, unspent) + units',
    replace: 'Math.max(this.givenUnits, unspent) + units / 2',
    breaks: 'Twice as much goes as the limit allows.',
  },
  {
    ...LIMITER,
    name: 'limit-endless-burst',
    find: 'this.brought(this.clock.now()) - this.burstMs * this.perMs',
    replace: '-Infinity',
    breaks: 'What an idle time did not use goes at once when it ends.',
  },
  {
    ...GUARDS,
    name: 'limit-bytes-before-only',
    find: 'await bytes.take(Math.max(0, chunk.length - free), signal);',
    replace: '',
    breaks: 'Large contents are not held to the limit.',
  },
  {
    name: 'limit-share-ignored',
    file: 'lib/runtime/stores.ts',
    find: 'this.options.share?.() ?? 1',
    replace: '1',
    breaks: 'Each of many functions uses the limit of the whole task.',
    tests: ['test/runtime/stores.test.ts'],
  },
  {
    name: 'worker-held-ignored',
    file: 'lib/runtime/worker.ts',
    find: 'anySignal(this.signal, held)',
    replace: 'this.signal',
    breaks: 'A worker goes on with what was given to another.',
    tests: ['test/runtime/worker.test.ts'],
  },
  {
    ...REDACT,
    name: 'redact-once',
    find: 'rest.replaceAll(form, REDACTED)',
    replace: 'rest.replace(form, REDACTED)',
    breaks: 'A secret that stands twice is shown once.',
  },
  {
    ...REDACT,
    name: 'redact-shortest-first',
    find: 'b.length - a.length',
    replace: 'a.length - b.length',
    breaks: 'The rest of a secret is shown where another is a part of it.',
  },
];
