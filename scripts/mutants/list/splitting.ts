/** Ranges that are split while they are listed: gaps, overlaps, parts that nobody lists, and calls that nobody needs. */
import type { Mutant } from '../mutant.ts';

const SPLIT = { file: 'lib/app/split-range.ts', tests: ['test/app/split-range.test.ts'] };
const SEARCH = { file: 'lib/app/split-search.ts', tests: ['test/app/split-range.test.ts'] };
const PLAN = { file: 'lib/app/plan-range.ts', tests: ['test/app/split-range.test.ts'] };
const ECONOMY = 'test/simulation/economy.test.ts';

export const SPLITTING: readonly Mutant[] = [
  {
    ...PLAN,
    name: 'split-bound-forgotten',
    find: 'this.upTo = upTo.upTo;',
    replace: '',
    breaks: 'A planner that split its range takes the next step under the old bound, and loses.',
    tests: ['test/app/split-range.test.ts', ECONOMY],
  },
  {
    ...SPLIT,
    name: 'split-unrung',
    find: 'await ringRange(queue, ...newIds.map((newId) => ({ taskId, rangeId: newId })));',
    replace: '',
    breaks: 'A new range waits until it is taken for silent.',
    tests: ['test/app/split-range.test.ts', ECONOMY],
  },
  {
    ...SPLIT,
    name: 'split-early',
    find: 'if (!(await this.isLong(search, partKeys))) return [];',
    replace: '',
    breaks: 'Small tasks are split.',
  },
  {
    ...SPLIT,
    name: 'split-late',
    find: 'afterKeys * SOUNDING.after - ',
    replace: 'afterKeys - ',
    breaks: 'A large task is listed alone for long.',
  },
  {
    name: 'split-beyond-means',
    file: 'lib/core/forking.ts',
    find: ' * CALLS_MAX - probesSpent, spareCalls)',
    replace: ' * CALLS_MAX, spareCalls)',
    breaks: 'A range that was probed in vain is probed again without end.',
    tests: ['test/core/forking.test.ts'],
  },
  {
    ...SPLIT,
    name: 'sound-again',
    find: 'Math.max(nextKeys, this.smallUntilKeys)',
    replace: 'nextKeys',
    breaks: 'A small task is split by the second look, for what the first one did not find.',
  },
  {
    ...SPLIT,
    name: 'split-every-page',
    find: 'this.lookAtKeys = this.keys + this.forking.lookEveryKeys;\n    for',
    replace: 'for',
    breaks: 'Every page is followed by a look for company, and probes.',
    tests: [ECONOMY],
  },
  {
    ...SPLIT,
    name: 'split-stale-bound',
    find: '      upTo = at;\n',
    replace: '',
    breaks: 'Of several splits at once all but the first fail.',
    tests: ['test/app/split-range.test.ts', ECONOMY],
  },
  {
    ...SEARCH,
    name: 'split-beyond-range',
    find: ' || (upTo !== undefined && compareKeys(key, upTo) >= 0)',
    replace: '',
    breaks: 'A range is split at keys of the next one, which the table refuses.',
  },
  {
    name: 'split-unconditional',
    file: 'lib/adapters/memory/task-book.ts',
    find: ' || range.upTo !== upTo || compareKeys(range.cursor, at) >= 0',
    replace: '',
    breaks: 'Of two planners that split one range both win, and keys are listed twice or never.',
    tests: ['test/adapters/memory-table.test.ts'],
  },
  {
    name: 'sql-split-behind-cursor',
    file: 'lib/adapters/sql/ranges.ts',
    find: "\n      .where('cursor_key', '<', keyBytes(at))",
    replace: '',
    breaks: 'A range is split at a key that is in a segment already.',
    tests: ['test/adapters/sqlite-table.test.ts'],
  },
  {
    name: 'sql-split-any-bound',
    file: 'lib/adapters/sql/ranges.ts',
    find: '\n      .where(endsAt(upTo))',
    replace: '',
    breaks: 'A range that was split meanwhile is split again under its old bound: keys are in two ranges.',
    tests: ['test/adapters/sqlite-table.test.ts'],
  },
  {
    name: 'sql-step-any-bound',
    file: 'lib/adapters/sql/ranges.ts',
    find: '\n    .where(endsAt(step.expectedUpTo));',
    replace: ';',
    breaks: 'A step that was listed beyond a new bound counts: keys are in two segments.',
    tests: ['test/adapters/sqlite-table.test.ts'],
  },
  {
    name: 'feed-page-twice',
    file: 'lib/app/feed.ts',
    find: 'next === undefined ? undefined : this.#list(cursor);',
    replace:
      'next === undefined ? undefined : (this.#list(cursor).catch(() => undefined), this.#list(cursor));',
    breaks: 'Every page but the first is asked for twice.',
    tests: [ECONOMY],
  },
  {
    name: 'tags-always',
    file: 'lib/app/copy-context.ts',
    find: 'attributes.tagCount === 0 || ',
    replace: '',
    breaks: 'Tags are asked for where there are none: a request more for each object.',
    tests: [ECONOMY],
  },
];
