/** In calm weather every byte moves once, every request is made once, and a message that comes twice costs next to nothing. */
import './in-step.ts';
import { expect, it } from 'vitest';
import { compareKeys } from '../../lib/core/keys.ts';
import { type Calm, calmRun, readableKeys } from './calm.ts';
import { sureFailure } from './expectations.ts';

const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1);
/** Splits what it can, and looks after every page. */
const EAGER = { parallelism: 8, afterKeys: 1, partKeysMin: 1, lookEveryKeys: 1 };
/** Has no place free for another range. */
const SHY = { parallelism: 1, afterKeys: 1, partKeysMin: 1, lookEveryKeys: 9 };
/** Probes of one search (lib/app/split-search.ts): twice the parts wanted, two rounds for the end, and the prefix. */
const PROBES_PER_LOOK_MAX = 2 * EAGER.parallelism + 2 * 7 + 40;

/** What must have been asked, exactly: it follows from how many keys, segments, ranges, ticks and deliveries there were. */
function wanted(calm: Calm): Record<string, number> {
  const { simulation, frozen, ranges, asked } = calm;
  const { source } = simulation.machines.buckets;
  const segments = frozen.segments.length;
  const slices = frozen.segments.reduce((sum, segment) => sum + segment.slices.length, 0);
  const withFailures = frozen.segments.filter(({ segment }) => segment.failed > 0);
  const readable = readableKeys(calm);
  const isTagged = (key: string) => Object.keys(source.get(key)?.tags ?? {}).length > 0;
  const tagged = readable.filter((key) => isTagged(key) && source.get(key)?.archived === false).length;
  const reports = asked('state.put report.json');
  const ticks = reports - 1;
  const deliveries = asked('table.addSlices');
  const rings = asked('queue.send ranges');
  const preflight = ['state.put', 'state.get', 'state.list', 'state.remove'].map((op) => `${op} preflight`);
  const once = [
    ...preflight,
    'sink.begin',
    'sink.abort',
    'sink.uploads',
    'sink.versioning',
    'state.put task.json',
  ];
  once.push(
    'table.createTask',
    'table.setTaskState',
    'table.confirmEnd',
    'table.ranges',
    'table.failedSegments',
  );
  return {
    ...Object.fromEntries(once.map((kind) => [kind, 1])),
    'source.head': source.keys().some((key) => key.startsWith(calm.scenario.task.source.prefix)) ? 1 : 0,
    'source.read': readable.length,
    'source.tags': tagged,
    'sink.write': frozen.report?.objects.copied ?? -1,
    'state.put segments': segments,
    'state.get segments': segments,
    'state.list results': segments,
    'state.put results': slices,
    'state.get results': withFailures.reduce((sum, segment) => sum + segment.slices.length, 0),
    'state.put failed.jsonl': withFailures.length > 0 ? 1 : 0,
    'state.put report.json': reports,
    'state.put report.html': reports,
    'table.totals': reports,
    'queue.send segments': segments,
    'queue.send results': slices,
    'queue.send ranges': rings,
    'table.rang': rings,
    'table.range': ranges.length + 1,
    'table.split': ranges.length - 1,
    'table.addSlices': deliveries,
    'table.segments': deliveries,
    'table.freeze': segments,
    'table.silentSegments': ticks,
    'table.silentRanges': ticks,
    'table.ending': ticks + 1,
    'table.moveEnding': 2, // that the listing is complete, and that the failed manifest stands
    // Started, listed, delivered, ticked, looked at again while not ended, and confirmed.
    'table.task': 1 + ranges.length + deliveries + ticks + (ticks - 1) + 1,
  };
}

/** What follows from time, or from where a split fell: bounded below. */
const BOUNDED = ['source.list', 'source.list one key', 'table.advance', 'table.rangeTotals'];
const TIMED = [
  'state.get control.json',
  'state.get task.json',
  'table.unfinishedTasks',
  'table.unconfirmedEnds',
];

/** Planners look whether company is wanted. */
function looksOf({ asked }: Calm): number {
  return asked('table.rangeTotals');
}

function expectsEachRequestOnce(calm: Calm): void {
  const others = [...calm.requests].filter(([kind]) => !BOUNDED.includes(kind) && !TIMED.includes(kind));
  const expected = Object.entries(wanted(calm)).filter(([, count]) => count > 0);
  expect(Object.fromEntries(others), `seed ${String(calm.scenario.seed)}`).toEqual(
    Object.fromEntries(expected),
  );
}

/** Pages that hold the keys of each range, were no page asked for twice. */
function pagesOf({ scenario, simulation, ranges }: Calm): number {
  const keys = simulation.machines.buckets.source.keys();
  const listed = keys.filter((key) => key.startsWith(scenario.task.source.prefix));
  const isIn = (key: string, after: string, upTo: string | undefined) =>
    compareKeys(key, after) > 0 && (upTo === undefined || compareKeys(key, upTo) <= 0);
  return ranges.reduce((sum, { after, upTo }) => {
    const own = listed.filter((key) => isIn(key, after, upTo)).length;
    return sum + Math.max(1, Math.ceil(own / scenario.pageKeysMax));
  }, 0);
}

function expectsLittleWaiting(calm: Calm): void {
  const { scenario, frozen, ranges, asked } = calm;
  const segments = frozen.segments.length;
  // A page that only filtered keys were on moves the cursor alone: at a range's first page, its last, and every tenth.
  expect(asked('table.advance')).toBeGreaterThanOrEqual(Math.max(segments, ranges.length));
  expect(asked('table.advance')).toBeLessThanOrEqual(segments + 2 * ranges.length + pagesOf(calm) / 10);
  // Segments that one copier begins at the same moment each read it.
  expect(asked('state.get task.json')).toBeLessThanOrEqual(scenario.copiers + segments);
  const { startedAt, finishedAt } = frozen.report ?? {};
  const seconds = (Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) / 1_000;
  const readers = asked('state.put report.json') + ranges.length + scenario.copiers;
  expect(asked('state.get control.json')).toBeLessThanOrEqual(readers * (1 + seconds / 5));
}

it('makes each request once, and no other', async () => {
  for (const seed of SEEDS) {
    const calm = await calmRun(seed);
    expectsEachRequestOnce(calm);
    expectsLittleWaiting(calm);
    expect(calm.ranges).toHaveLength(1);
    expect(calm.asked('source.list')).toBe(pagesOf(calm));
    expect(calm.asked('source.list one key')).toBe(1); // the preflight
    expect(looksOf(calm)).toBe(0);
  }
});

it('makes each request once also where ranges are split, and at most one page more a split', async () => {
  let splits = 0;
  for (const seed of SEEDS) {
    const calm = await calmRun(seed, { forking: EAGER });
    expectsEachRequestOnce(calm);
    expectsLittleWaiting(calm);
    const newRanges = calm.ranges.length - 1;
    splits += newRanges;
    // The page behind the new bound may be on its way already.
    expect(calm.asked('source.list')).toBeGreaterThanOrEqual(pagesOf(calm));
    expect(calm.asked('source.list')).toBeLessThanOrEqual(pagesOf(calm) + newRanges);
    expect(calm.asked('source.list one key') - 1).toBeLessThanOrEqual(looksOf(calm) * PROBES_PER_LOOK_MAX);
  }
  expect(splits).toBeGreaterThan(SEEDS.length);
});

/** The listing's last page is followed by none; the next look comes so many keys after the last one. */
function looksWanted(keys: number, pageKeys: number): number {
  let [looks, nextAt] = [0, SHY.lookEveryKeys];
  for (let seen = pageKeys; seen < keys; seen += pageKeys) {
    if (seen < nextAt) continue;
    looks++;
    nextAt = seen + SHY.lookEveryKeys;
  }
  return looks;
}

it('looks for company only every so many keys, and probes nothing where none is wanted', async () => {
  let looks = 0;
  for (const seed of SEEDS) {
    const calm = await calmRun(seed, { forking: SHY });
    const { scenario, simulation } = calm;
    const keys = simulation.machines.buckets.source.keys();
    const listed = keys.filter((key) => key.startsWith(scenario.task.source.prefix)).length;
    expect(looksOf(calm)).toBe(looksWanted(listed, scenario.pageKeysMax));
    expect(calm.asked('source.list one key')).toBe(1); // the preflight
    looks += looksOf(calm);
  }
  expect(looks).toBeGreaterThan(10);
});

it('reads and writes nothing twice where every message comes twice', async () => {
  for (const seed of SEEDS) {
    const [once, twice] = [await calmRun(seed), await calmRun(seed, { doubles: true })];
    for (const kind of [
      'source.read',
      'source.tags',
      'sink.write',
      'state.put results',
      'state.put segments',
    ])
      expect(twice.asked(kind), kind).toBe(wanted(twice)[kind]);
    const more = (kind: string) => twice.asked(kind) - once.asked(kind);
    // One listing by the copy function, and one by each delivery of the result it then rings with.
    expect(more('state.list results')).toBeLessThanOrEqual(3 * twice.frozen.segments.length);
    expect(more('state.get segments')).toBeLessThanOrEqual(0);
    expect(more('source.list')).toBe(0);
    expect(twice.frozen.report?.objects).toEqual(once.frozen.report?.objects);
  }
});

/** The objects that several functions copy, by the number of their parts: those that fail are not begun. */
function spreadParts(calm: Calm): number[] {
  const { task, spread } = calm.scenario;
  const { buckets } = calm.simulation.machines;
  return readableKeys(calm).flatMap((key) => {
    const object = buckets.source.get(key);
    if (object === undefined || object.body.size <= spread.aboveBytes) return [];
    if (sureFailure(task, buckets, { key }, object) !== undefined) return [];
    return [Math.ceil(object.body.size / spread.partBytes)];
  });
}

it('moves each part of a spread object once, and asks nothing twice but for a race to complete it', async () => {
  let [spread, races] = [0, 0];
  for (const seed of SEEDS) {
    const calm = await calmRun(seed, { spreads: true });
    const { asked, scenario, frozen } = calm;
    const objects = spreadParts(calm);
    const parts = objects.reduce((sum, count) => sum + count, 0);
    const perMessage = scenario.spread.rangeBytes / scenario.spread.partBytes;
    const messages = objects.reduce((sum, count) => sum + Math.ceil(count / perMessage), 0);
    const raced = asked('sink.complete') - objects.length;
    const segments = frozen.segments.length;
    const preflight = 1;
    expect({
      'sink.begin': asked('sink.begin'),
      'sink.writePart': asked('sink.writePart'),
      'source.read': asked('source.read'),
      'sink.write': asked('sink.write') + objects.length,
      'sink.uploads': asked('sink.uploads'),
      'sink.abort': asked('sink.abort'),
      'sink.head': asked('sink.head'),
      'state.put uploads': asked('state.put uploads'),
      'queue.send segments': asked('queue.send segments'),
    }).toEqual({
      'sink.begin': preflight + objects.length,
      'sink.writePart': parts,
      'source.read': readableKeys(calm).length + parts, // one byte of each object, in the place of the whole
      'sink.write': frozen.report?.objects.copied,
      'sink.uploads': preflight,
      'sink.abort': preflight + asked('sink.complete') + raced,
      'sink.head': raced,
      'state.put uploads': 2 * objects.length + messages,
      'queue.send segments': segments + objects.length,
    });
    spread += objects.length;
    races += raced;
  }
  expect(spread).toBeGreaterThan(50);
  expect(races).toBeLessThan(spread / 10);
});
