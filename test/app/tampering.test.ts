/** What whoever can write the bucket can put in the place of a state object, and that nothing of it is believed. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { copySegment } from '../../lib/app/copy-segment.ts';
import { takeResults } from '../../lib/app/settle.ts';
import { taskStateOf } from '../../lib/app/task-state.ts';
import { UserError } from '../../lib/core/errors.ts';
import { stateBytesMax, stateKeys } from '../../lib/core/layout.ts';
import type { SegmentMessage } from '../../lib/core/messages.ts';
import { type Outcome, sliceOf } from '../../lib/core/outcomes.ts';
import { buildReport } from '../../lib/core/report.ts';
import { NO_TALLY, type Slice } from '../../lib/core/slices.ts';
import { begin, CALM, fill, openWorkshop, plantSegment, taken, type Workshop } from '../support/workshop.ts';
import { rowOf } from '../ports/table-fixtures.ts';

let shop: Workshop;
let message: SegmentMessage;
beforeEach(async () => {
  shop = openWorkshop();
  await begin(shop);
  message = await plantSegment(shop, 'r/0000000-u', fill(shop, ['a', 'b', 'c', 'd']));
  fill(shop, ['secret/payroll']);
});

const write = (key: string, body: Uint8Array | string) =>
  shop.objects.put(key, body, { contentType: 'application/octet-stream' }, CALM);
const copy = () => copySegment(shop.ports, message, shop.clock.now() + 240_000, CALM);

/** Calls that must refuse, with a sentence that names the object. */
async function refusal(call: () => Promise<unknown>, key: string): Promise<string> {
  const error: unknown = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(String(error)).toContain(`cos://photos-1250000000/${key}`);
  return String(error);
}

describe('a segment manifest', () => {
  const manifestKey = () => stateKeys.manifest(shop.state.location.prefix, message.segmentId);
  const lines = () =>
    gunzipSync(shop.objects.objects.get(manifestKey())!.bytes).toString().trimEnd().split('\n');
  const other = '{"key":"secret/payroll","size":1}';

  it.each([
    ['changed', () => [other, ...lines().slice(1)]],
    ['added', () => [...lines(), other]],
    ['removed', () => lines().slice(1)],
    ['moved', () => lines().toReversed()],
  ])('with an entry %s is refused, and nothing of it is copied', async (_, changed) => {
    await write(manifestKey(), gzipSync(changed().join('\n') + '\n'));
    expect(await refusal(copy, manifestKey())).toContain('was changed after it was written');
    expect(shop.sink.objects.size).toBe(0);
  });

  it('with the same entries, packed again, is refused too: its bytes are what counts', async () => {
    await write(manifestKey(), gzipSync(lines().join('\n') + '\n', { level: 9 }));
    await refusal(copy, manifestKey());
  });

  it('that unpacks to gigabytes is not unpacked', async () => {
    await write(manifestKey(), gzipSync(Buffer.alloc(80 * 1024 * 1024)));
    const before = process.memoryUsage.rss();
    await refusal(copy, manifestKey());
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * 1024 * 1024);
  });

  it('of another segment is refused in its place', async () => {
    const next = await plantSegment(shop, 'r/0000001-u', fill(shop, ['e', 'f', 'g', 'h']));
    const nextKey = stateKeys.manifest(shop.state.location.prefix, next.segmentId);
    await write(manifestKey(), shop.objects.objects.get(nextKey)!.bytes);
    await refusal(copy, manifestKey());
    expect(shop.sink.objects.size).toBe(0);
  });

  it('as it was written is copied', async () => {
    await copy();
    expect([...shop.sink.objects.keys()]).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('task.json', () => {
  const key = () => stateKeys.task(shop.state.location.prefix);
  const changes = {
    'of another id': { taskId: 'other' },
    'with another target bucket': { target: { ...openWorkshop().task.target, bucket: 'theirs-1250000000' } },
    'with another target prefix': { target: { ...openWorkshop().task.target, prefix: 'theirs/' } },
    'with another source': { source: { ...openWorkshop().task.source, endpoint: 'https://theirs.example' } },
    'with another state prefix': { state: { ...openWorkshop().task.state, prefix: 'theirs/' } },
  };

  it.each(Object.entries(changes))(
    '%s than the row’s is refused, and nothing is copied',
    async (_, change) => {
      await write(key(), JSON.stringify({ ...shop.task, ...change }));
      expect(await refusal(copy, key())).toContain('not the task that was started here');
      expect(shop.sink.objects.size).toBe(0);
    },
  );

  it('that names another place is refused by commands as well, who know its address alone', async () => {
    const { taskDigest: _, ...address } = shop.state.location;
    const state = taskStateOf(shop.ports.stores, address);
    await write(key(), JSON.stringify({ ...shop.task, taskId: 'other' }));
    await refusal(() => state.readTask(CALM), key());
    await write(key(), JSON.stringify({ ...shop.task, conflict: 'skip' }));
    expect((await state.readTask(CALM)).conflict).toBe('skip');
  });
});

describe('a result', () => {
  const failure = { code: 'ARCHIVED', message: 'archived' } as const;
  const copied: Outcome = { kind: 'copied', bytes: 1, verified: 'crc64' };
  const entries = ['a', 'b', 'c', 'd'].map((key) => ({ key, size: 1 }));
  const outcomes: Outcome[] = [copied, { kind: 'failed', bytes: 1, failure }, copied, copied];
  const honest: Slice = sliceOf({ from: 0, unique: 'u', entries, outcomes });
  const key = () => stateKeys.results(shop.state.location.prefix, message.segmentId) + honest.name;
  const { tally, failures } = honest;

  const forged: [string, Partial<Slice>][] = [
    ['counts more than its entries', { tally: { ...tally, copied: { objects: 4, bytes: 4 } } }],
    ['counts nothing', { tally: { ...tally, copied: { objects: 0, bytes: 0 } } }],
    ['verified less than it copied', { tally: { ...tally, verified: { crc64: 1, size: 0 } } }],
    ['lists no failure where one was counted', { failed: [] }],
    [
      'lists a failure of another class',
      { failed: [{ key: 'b', error: { ...failure, code: 'SOURCE_GONE' } }] },
    ],
    ['counts more of a class than failed', { failures: { ARCHIVED: { objects: 2, samples: [] } } }],
    [
      'shows more samples than it counts',
      {
        failures: {
          ARCHIVED: { objects: 1, samples: [...failures.ARCHIVED!.samples, { key: 'x', message: 'y' }] },
        },
      },
    ],
    ['was given up in part', { abandoned: failure }],
    ['has the name of another', { name: '0-4-other.json' }],
    ['has entries that its name does not tell', { to: 3 }],
  ];

  it.each(forged)('that %s counts as never written, and the log tells', async (_, change) => {
    await write(key(), JSON.stringify({ ...honest, ...change }));
    await refusal(() => shop.state.readSlice(message.segmentId, honest.name, CALM), key());
    await takeResults(shop.ports, [{ taskId: 'sample', segmentId: message.segmentId }], CALM);
    expect((await rowOf(shop.table, 'sample', message.segmentId))?.done).toBe(false);
    expect(shop.log.events.map(({ event }) => event)).toEqual(['result refused']);
  });

  it('that was blown up counts as never written, too', async () => {
    await write(key(), Buffer.alloc(stateBytesMax(key()) + 1, ' '));
    await refusal(() => shop.state.readSlice(message.segmentId, honest.name, CALM), key());
    await takeResults(shop.ports, [{ taskId: 'sample', segmentId: message.segmentId }], CALM);
    expect(shop.log.events.map(({ event }) => event)).toEqual(['result refused']);
  });

  it('as it was written is taken', async () => {
    await write(key(), JSON.stringify(honest));
    await takeResults(shop.ports, [{ taskId: 'sample', segmentId: message.segmentId }], CALM);
    expect((await rowOf(shop.table, 'sample', message.segmentId))?.done).toBe(true);
  });

  it('whose name tells of more entries than there are keeps none from being copied', async () => {
    const results = stateKeys.results(shop.state.location.prefix, message.segmentId);
    await write(`${results}0-99999-x.json`, '{}');
    await copy();
    expect(shop.sink.objects.size).toBe(4);
    expect(taken(shop, 'results').map(({ slice }) => [slice?.from, slice?.to])).toEqual([[0, 4]]);
  });
});

it('a control object that was blown up stops nothing', async () => {
  const control = stateKeys.control(shop.state.location.prefix);
  await write(control, Buffer.alloc(stateBytesMax(control) + 1, ' '));
  await refusal(() => shop.state.readControl(CALM), control);
  await copy();
  expect(shop.sink.objects.size).toBe(4);
});

describe('report.json', () => {
  const key = () => stateKeys.report(shop.state.location.prefix);
  const report = () =>
    buildReport({
      task: shop.task,
      state: 'running',
      startedAtMs: 0,
      finishedAtMs: undefined,
      nowMs: 1_000,
      totals: { ranges: 1, listed: { objects: 4, bytes: 4 }, tally: NO_TALLY, failures: {}, partBytes: 0 },
      listingComplete: true,
      problems: [],
      failedManifest: undefined,
    });

  it.each([
    ['has no counts', { objects: undefined }],
    ['is of another task', { taskId: 'other' }],
    ['names a failed manifest elsewhere', { manifests: { failed: 'cos://theirs-1250000000/x' } }],
    ['has counts that are none', { objects: { total: '1;DROP' } }],
    ['has a status that there is not', { status: '\u001b[2J' }],
  ])('that %s is refused', async (_, change) => {
    await write(key(), JSON.stringify({ ...report(), ...change }));
    await refusal(() => shop.state.readReport(CALM), key());
  });

  it('as it was written is read back as it was', async () => {
    await shop.state.writeReport(report(), CALM);
    expect(await shop.state.readReport(CALM)).toEqual(JSON.parse(JSON.stringify(report())));
  });
});
