/** What whoever watches a migration in one process gets to see. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { generatedBody } from '../standins/kernel/object.ts';
import { type Migration, openMigration, SOURCE } from '../support/migration.ts';
import { isFinal, type Report } from '../../lib/core/report.ts';

const MiB = 1_048_576;

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
});
afterEach(async () => {
  await m.close();
});

/** Shown reports, the final one left out. */
async function shown(changes: Parameters<Migration['task']>[0]): Promise<{ shown: Report[]; end: Report }> {
  const reports: Report[] = [];
  const end = await m.run(m.task(changes), { onReport: (report) => reports.push(report) });
  expect(reports.at(-1)).toEqual(end);
  return { shown: reports.filter((report) => !isFinal(report)), end };
}

function expectRising(values: readonly number[]): void {
  expect(values).toEqual(values.toSorted((a, b) => a - b));
}

it('moves within a segment, never back, and its numbers always add up', async () => {
  for (let i = 0; i < 600; i++) await m.oss.seed(SOURCE, { key: `${i}`, body: `body ${i}` });
  const { shown: reports, end } = await shown({ limits: { requestsPerSecond: 300 } });
  const copied = reports.map(({ objects }) => objects.copied);
  expectRising(copied);
  expect(new Set(copied.filter((objects) => objects > 0 && objects < 600)).size).toBeGreaterThan(1);
  for (const { objects, bytes, listing } of reports) {
    for (const { total, copied, skipped, failed, pending } of [objects, bytes]) {
      expect(copied + skipped + failed + pending).toBe(total);
    }
    expect(objects.total).toBe(listing.objects);
  }
  expect(end).toMatchObject({ status: 'succeeded', objects: { total: 600, copied: 600, pending: 0 } });
}, 30_000);

it('moves within a large object, which counts when it is whole', async () => {
  const size = 96 * MiB;
  await m.oss.seed(SOURCE, { key: 'large', body: generatedBody(3, size) });
  const { shown: reports, end } = await shown({ limits: { bytesPerSecond: '64MiB' } });
  const partly = reports.filter(({ bytes }) => bytes.copied > 0 && bytes.copied < size);
  expect(partly.length).toBeGreaterThan(0);
  expect(partly.map(({ objects }) => objects.copied)).toEqual(partly.map(() => 0));
  expectRising(reports.map(({ bytes }) => bytes.copied));
  expect(end).toMatchObject({ objects: { copied: 1 }, bytes: { copied: size, total: size } });
}, 30_000);

it('answers with what results prove alone when it is stopped', async () => {
  for (let i = 0; i < 600; i++) await m.oss.seed(SOURCE, { key: `${i}`, body: 'x' });
  const stop = new AbortController();
  const live: Report[] = [];
  const onReport = (report: Report) => {
    live.push(report);
    if (report.objects.copied > 0) stop.abort();
  };
  const end = await m.run(m.task({ limits: { requestsPerSecond: 300 } }), { onReport, signal: stop.signal });
  expect(live.at(-1)?.objects.copied).toBeGreaterThan(0);
  expect(end.objects).toMatchObject({ total: 600, copied: 0, pending: 600 });
}, 30_000);
