/** The table and the queue: conditions without which two writers lose or double something. */
import type { Mutant } from '../mutant.ts';

const TABLE = ['test/adapters/sqlite-table.test.ts'];
const RANGES = { file: 'lib/adapters/sql/ranges.ts', tests: TABLE };
const SEGMENTS = { file: 'lib/adapters/sql/segments.ts', tests: TABLE };
const QUEUE = {
  file: 'lib/adapters/sqlite/messages.ts',
  tests: ['test/adapters/sqlite-queue.test.ts', 'test/adapters/sqlite-file.test.ts'],
};

export const STORING: readonly Mutant[] = [
  {
    ...RANGES,
    name: 'sql-cursor-unconditional',
    find: "\n    .where('cursor_key', '=', keyBytes(step.expectedCursor))",
    replace: '',
    breaks: 'Two planners move one cursor, and keys are planned twice or never.',
  },
  {
    ...RANGES,
    name: 'sql-segment-number-unconditional',
    find: "segment === undefined ? open : open.where('segments', '=', segment.seq)",
    replace: 'open',
    breaks: 'Two segments have one number.',
  },
  {
    ...RANGES,
    name: 'sql-segment-without-row',
    find: 'if (step.segment !== undefined) await insertSegment(trx, step, step.segment);',
    replace: '',
    breaks: 'The cursor moves over keys that no segment row tells of.',
  },
  {
    ...SEGMENTS,
    name: 'sql-freeze-twice',
    find: ".where('done', '=', 0)\n      .executeTakeFirst()",
    replace: '.executeTakeFirst()',
    breaks: 'A segment is added to the tallies twice.',
  },
  {
    ...SEGMENTS,
    name: 'sql-silence-without-movement',
    find: ".where('moved_at_ms', '<', instant(beforeMs))",
    replace: '',
    breaks: 'A segment that is being copied is rung again.',
  },
  {
    ...SEGMENTS,
    name: 'sql-old-slice-moves',
    find: '.where((eb) => eb.exists(cameNow(eb)))',
    replace: '',
    breaks: 'A doubled message keeps a dead segment from ever being rung again.',
  },
  {
    ...SEGMENTS,
    name: 'sql-failed-everywhere',
    find: 'if (frozen.tally.failed.objects > 0)',
    replace: 'if (frozen.tally.failed.objects >= 0)',
    breaks: 'Every segment is read for the failed manifest.',
  },
  {
    ...QUEUE,
    name: 'queue-no-lease',
    find: 'args.nowMs + args.leaseMs',
    replace: 'args.nowMs',
    breaks: 'A message is handed out twice at once.',
  },
  {
    ...QUEUE,
    name: 'queue-poison',
    find: 'rows.filter((row) => row.deliveries <= DELIVERIES_MAX)',
    replace: 'rows.slice()',
    breaks: 'A message that nobody can handle comes for ever.',
  },
  {
    ...QUEUE,
    name: 'queue-loses-failed',
    find: 'set lease = null, visible_at_ms = ? where lease = ?',
    replace: 'set visible_at_ms = ? + 1000000000000 where lease = ?',
    breaks: 'A message whose handler failed never comes again.',
  },
];
