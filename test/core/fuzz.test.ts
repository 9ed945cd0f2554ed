/** Whatever arrives, parsers answer or refuse in their own words: bounded runs over broken and hostile texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseControl } from '../../lib/core/control.ts';
import { UserError } from '../../lib/core/errors.ts';
import { parseEntries, parseSourceLine } from '../../lib/core/manifest.ts';
import { parseMessage, TOPICS } from '../../lib/core/messages.ts';
import { parseReport } from '../../lib/core/report-shape.ts';
import { sliceShape } from '../../lib/core/slice-shape.ts';
import { parseSliceName } from '../../lib/core/slices.ts';
import { parseTask } from '../../lib/core/task.ts';
import { isTriggerEvent, messagesOf } from '../../lib/runtime/trigger-event.ts';
import { EventList } from '../support/logged.ts';
import { writtenTask } from '../support/sample-task.ts';

const RUNS = { numRuns: 400, seed: 20_261_121 } as const;

/** Values that a field may be given instead of its own. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('', '__proto__', '\u0000', '\ud800', '../..', '1e999', -1, 1.5, 2 ** 60, [], {}, null),
);
const NAMES = [
  'taskId',
  'source',
  'target',
  'state',
  'filter',
  'limits',
  'headers',
  'slice',
  'tally',
  'failures',
];
const oddObject = fc.dictionary(
  fc.constantFrom('__proto__', 'from', 'to', 'count', 'segmentId', ...NAMES),
  odd,
);

const seeds: readonly object[] = [
  writtenTask({
    filter: { include: ['*'], maxBytes: '1MiB' },
    allowHttp: ['h'],
    limits: { requestsPerSecond: 1 },
  }),
  { taskId: 't', rangeId: 'r' },
  {
    taskId: 't',
    state: { bucket: 'b', region: 'r', prefix: 'p/' },
    segmentId: 'r/0-u',
    count: 1,
    stalled: 0,
  },
  {
    name: '0-1-u.json',
    from: 0,
    to: 1,
    tally: {
      copied: { objects: 0, bytes: 0 },
      skipped: { objects: 0, bytes: 0 },
      failed: { objects: 1, bytes: 1 },
      verified: { crc64: 0, size: 0 },
    },
    failures: { ARCHIVED: { objects: 1, samples: [{ key: 'k', message: 'm' }] } },
    failed: [{ key: 'k', error: { code: 'ARCHIVED', message: 'm' } }],
  },
  { state: 'paused', limits: { bytesPerSecond: 1 } },
];

/** A valid text with some of its characters cut, doubled or replaced. */
const broken = fc
  .record({
    seed: fc.constantFrom(...seeds.map((seed) => JSON.stringify(seed))),
    at: fc.nat({ max: 400 }),
    drop: fc.nat({ max: 20 }),
    put: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('[', '{', '"', '-', '9'.repeat(20)),
    ),
  })
  .map(({ seed, at, drop, put }) => seed.slice(0, at) + put + seed.slice(at + drop));
const changed = fc
  .tuple(fc.constantFrom(...seeds), oddObject)
  .map(([seed, other]) => JSON.stringify({ ...seed, ...other }));
const anyText = fc.oneof(
  broken,
  changed,
  odd.map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }),
);

/** Runs a parser; anything but its own kind of refusal is a defect. */
function answersOrRefuses(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toBe('');
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe('whatever the text, only a UserError comes out of', () => {
  it.each<[string, (text: string) => unknown]>([
    ['the task parser', (text) => parseTask(jsonOf(text))],
    ['the control object’s', (text) => parseControl(text, 'cos://b/control.json')],
    ['the report’s', (text) => parseReport(jsonOf(text), 'cos://b/report.json')],
    ['a manifest’s', (text) => parseEntries(text, 'cos://b/m', 1)],
    ['a message’s', (text) => TOPICS.map((topic) => parseMessage(topic, text))],
    ['a slice’s', (text) => sliceShape.safeParse(jsonOf(text))],
    ['a slice name’s', (text) => parseSliceName(text)],
  ])('%s', (_, parse) => {
    fc.assert(
      fc.property(anyText, (text) => {
        answersOrRefuses(() => parse(text));
      }),
      RUNS,
    );
  });
});

it('a line of a source manifest is an entry with a well-formed key, an entry with a problem, or nothing', () => {
  const line = fc.oneof(
    anyText.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 60 }),
  );
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 3 }), (bytes, lineNumber) => {
      const entry = parseSourceLine(bytes, lineNumber);
      if (entry === undefined || entry.problem !== undefined) return;
      expect(entry.key.isWellFormed() && entry.key !== '').toBe(true);
      expect(Object.keys(entry)).toEqual(['key']);
    }),
    RUNS,
  );
});

it('a trigger event of any shape yields the messages that can be read, and tells of each that cannot', () => {
  const good = { Ckafka: { topic: 'x', msgKey: 'k', msgBody: '{"taskId":"t","rangeId":"r"}' } };
  const bad = fc.oneof(
    odd,
    anyText.map((msgBody) => ({ Ckafka: { msgBody: `!${msgBody}` } })),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(good), bad), { maxLength: 5 }), (Records) => {
      const log = new EventList();
      const event = { Records };
      expect(isTriggerEvent(event)).toBe(true);
      const read = messagesOf('ranges', event, log);
      expect(read).toHaveLength(Records.filter((record) => record === good).length);
      expect(log.events).toHaveLength(Records.length - read.length);
    }),
    RUNS,
  );
});
