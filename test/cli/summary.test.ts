import { expect, it } from 'vitest';
import { buildReport, type ReportInput } from '../../lib/core/report.ts';
import { stateLocationOf } from '../../lib/app/task-state.ts';
import { parseTask } from '../../lib/core/task.ts';
import { summary } from '../../lib/runtime/cli/summary.ts';

const TASK = parseTask({
  taskId: 'photos-2026',
  source: { bucket: 'photos', region: 'oss-cn-hangzhou', prefix: '2024/' },
  target: { bucket: 'photos-1250000000', region: 'ap-guangzhou', prefix: 'archive/' },
});
const STARTED_MS = Date.UTC(2026, 0, 1);

function reportOf(changes: Partial<ReportInput> = {}) {
  return buildReport({
    task: TASK,
    state: 'finished',
    startedAtMs: STARTED_MS,
    finishedAtMs: STARTED_MS + 125_000,
    nowMs: STARTED_MS + 125_000,
    totals: {
      ranges: 1,
      listed: { objects: 1500, bytes: 3_000_000 },
      tally: {
        copied: { objects: 1490, bytes: 2_900_000 },
        skipped: { objects: 7, bytes: 70_000 },
        failed: { objects: 3, bytes: 30_000 },
        verified: { crc64: 1490, size: 0 },
      },
      partBytes: 0,
      failures: {
        ARCHIVED: {
          objects: 3,
          samples: [{ key: 'a\u001b[31m', message: 'archived\nyes', requestId: 'r-1' }],
        },
      },
    },
    listingComplete: true,
    problems: [],
    failedManifest: 'cos://photos-1250000000/.oss2cos/photos-2026/failed.jsonl',
    ...changes,
  });
}

const text = (changes?: Partial<ReportInput>) => summary(reportOf(changes), stateLocationOf(TASK));

it('what goes where, the numbers and the addresses of report and manifest are told', () => {
  const told = text();
  expect(told).toContain('task photos-2026: oss://photos/2024/ to cos://photos-1250000000/archive/\n');
  for (const part of ['1,490', '1,500', '2 min 5 s', 'ARCHIVED', '.oss2cos/photos-2026/failed.jsonl'])
    expect(told).toContain(part);
  expect(told).toContain('cos://photos-1250000000/.oss2cos/photos-2026/report.html');
});

it('an example of each failure is told, without what would colour the terminal or break the line', () => {
  expect(text().split('\n').at(-1)).toBe(
    '  for example ARCHIVED of "a\\u001b[31m": archived\\u000ayes (request id r-1)',
  );
});

it('the keys of a manifest are told instead of a prefix', () => {
  const manifest = 'cos://logs-1250000000/keys.jsonl';
  const task = parseTask({ ...TASK, source: { ...TASK.source, manifest } });
  expect(text({ task })).toContain(`oss://photos (the keys of ${manifest}) to `);
});
