/** The planner and what feeds it: keys that get lost between the listing and the ledger. */
import { type Mutant, SIMULATION } from '../mutant.ts';

const PLAN = { file: 'lib/app/plan-range.ts', tests: ['test/app/plan-range.test.ts', SIMULATION] };
const FEED = { file: 'lib/app/feed.ts', tests: ['test/app/feed.test.ts'] };
const LINES = { file: 'lib/app/manifest-feed.ts', tests: ['test/app/manifest-feed.test.ts'] };

export const PLANNING: readonly Mutant[] = [
  {
    ...PLAN,
    name: 'plan-lost-race-manifest',
    find: 'await this.state.removeManifest(segmentId, signal);',
    replace: '',
    breaks: 'A planner that lost the race leaves a manifest that belongs to no segment.',
  },
  {
    ...PLAN,
    name: 'plan-listed-early',
    find: 'isLast && page.last',
    replace: 'page.last',
    breaks: 'The range is called listed with its first of several last segments.',
  },
  {
    ...PLAN,
    name: 'plan-cursor-ahead',
    find: 'isLast || last === undefined ? page.cursor : page.positionOf(last)',
    replace: 'page.cursor',
    breaks: 'The cursor passes keys that are in no segment yet.',
  },
  {
    ...PLAN,
    name: 'plan-pause-ignored',
    find: "!last && (await control.read(signal)).state === 'running'",
    replace: '!last',
    breaks: 'Listing goes on while the task is paused or cancelled.',
  },
  {
    ...PLAN,
    name: 'plan-keeps-pages',
    find: 'page.entries.length = 0;',
    replace: '',
    breaks: 'Each page stays in memory until the next full collection: a planner takes twice as much.',
  },
  {
    ...PLAN,
    name: 'plan-no-deadline',
    find: 'deadlineMs - DEADLINE_MARGIN_MS',
    replace: 'deadlineMs + DEADLINE_MARGIN_MS',
    breaks: 'The planner lists until it is cut off.',
  },
  {
    ...PLAN,
    name: 'plan-gives-up-at-once',
    find: 'signal.aborted || isRetryable(error)',
    replace: 'signal.aborted',
    breaks: 'One throttled listing call ends the listing for good.',
  },
  {
    ...FEED,
    name: 'feed-ends-early',
    find: 'last: next === undefined',
    replace: 'last: true',
    breaks: 'The listing is complete after its first page.',
  },
  {
    ...FEED,
    name: 'feed-upper-bound',
    find: 'compareKeys(entry.key, upTo) > 0',
    replace: 'compareKeys(entry.key, upTo) >= 0',
    breaks: 'The key at the end of a range is in no range.',
  },
  {
    ...FEED,
    name: 'feed-disorder',
    find: 'requireOrder(page.entries, this.#cursor);',
    replace: '',
    breaks: 'A listing out of order loses keys without a word.',
  },
  {
    ...FEED,
    name: 'feed-goes-back',
    find: 'if (compareKeys(next, cursor) <= 0) throw',
    replace: 'if (compareKeys(next, cursor) === Infinity) throw',
    breaks: 'A listing that goes back is listed for ever.',
  },
  {
    ...LINES,
    name: 'lines-resume',
    find: 'linePosition(lineNumber) <= after',
    replace: 'linePosition(lineNumber) < after',
    breaks: 'A manifest that is gone on with has its last line twice.',
  },
  {
    ...LINES,
    name: 'lines-no-end',
    find: 'if (rest.length > 0) yield rest;',
    replace: '',
    breaks: 'The last line of a manifest is lost where no newline follows.',
  },
  {
    ...LINES,
    name: 'lines-double',
    find: 'seen.has(entry) || ',
    replace: '',
    breaks: 'A key that stands twice in a manifest counts twice.',
  },
  {
    name: 'tiling-gap',
    file: 'lib/core/tiling.ts',
    find: 'range.after !== this.reached',
    replace: "range.after < (this.reached ?? '')",
    breaks: 'A gap between two ranges goes unseen.',
    tests: ['test/core/tiling.test.ts'],
  },
  {
    name: 'tiling-failed-range',
    file: 'lib/core/tiling.ts',
    find: "range.state !== 'listed'",
    replace: "range.state === 'open'",
    breaks: 'A range that was given up counts as listed.',
    tests: ['test/core/tiling.test.ts'],
  },
];
