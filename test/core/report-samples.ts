/** Reports as the reporter builds them, one of each colour, for the page, its browser test and the progress. */
import type { FailureSummary } from '../../lib/core/slices.ts';
import { buildReport, type Report, type ReportInput } from '../../lib/core/report.ts';
import { parseTask } from '../../lib/core/task.ts';

const STARTED_AT_MS = Date.UTC(2026, 4, 4, 8, 0, 0);
const GiB = 1024 ** 3;

const task = parseTask({
  taskId: 'photos-2026',
  source: { bucket: 'photos', region: 'oss-cn-hangzhou', prefix: '2024/' },
  target: { bucket: 'photos-1250000000', region: 'ap-guangzhou', prefix: 'archive/' },
  conflict: 'changed',
});

const input: ReportInput = {
  task,
  state: 'running',
  startedAtMs: STARTED_AT_MS,
  finishedAtMs: undefined,
  nowMs: STARTED_AT_MS + 754_000,
  totals: {
    ranges: 5,
    listed: { objects: 2_345_678, bytes: 3_210 * GiB },
    tally: {
      copied: { objects: 1_234_567, bytes: 1_702 * GiB },
      skipped: { objects: 45_678, bytes: 61 * GiB },
      failed: { objects: 0, bytes: 0 },
      verified: { crc64: 1_234_560, size: 7 },
    },
    failures: {},
    partBytes: 0,
  },
  listingComplete: true,
  problems: [],
  failedManifest: undefined,
};

export const HOSTILE_KEYS = [
  '2024/<script>alert(1)</script>.jpg',
  '2024/"><img src=x onerror=alert(2)>',
  "2024/'-alert(3)-'&lt;b&gt; &amp; </code></details></style><style>*{display:none}",
  '2024/\u0007bell\u0000nul\u001b[31mred\r\nline',
  '2024/\u202egpj.exe\u2066isolate\u2069 \u200e',
] as const;

const HOSTILE_FAILURES: FailureSummary = {
  SOURCE_CHANGED: {
    objects: 1_203,
    samples: HOSTILE_KEYS.map((key, i) => ({
      key,
      message: `GetObject ${JSON.stringify(key)}: HTTP 412 PreconditionFailed`,
      requestId: `6A17E0${String(i)}C2B7F8E3131A4D5B0`,
    })),
  },
  KEY_TOO_LONG: {
    objects: 2,
    samples: [
      { key: `2024/${'long'.repeat(250)}`, message: 'the target key has 1013 bytes, COS takes 850' },
      { key: `2024/z${'\u0301\u0323'.repeat(120)}o`, message: 'the target key has 895 bytes, COS takes 850' },
    ],
  },
  METADATA_ILLEGAL: {
    objects: 17,
    samples: [
      { key: '2024/旅行/京都 の 秋 🍁.jpg', message: 'COS cannot hold metadata named "a_b"' },
      { key: '2024/صور/شتاء.jpg', message: 'COS cannot hold metadata named "x.y"', requestId: undefined },
    ],
  },
};

const done = (failures: FailureSummary, failedObjects: number, failedBytes: number): ReportInput => ({
  ...input,
  state: 'finished',
  finishedAtMs: STARTED_AT_MS + 5_025_000,
  nowMs: STARTED_AT_MS + 5_025_000,
  totals: {
    ...input.totals,
    tally: {
      copied: { objects: 2_300_000 - failedObjects, bytes: 3_149 * GiB - failedBytes },
      skipped: { objects: 45_678, bytes: 61 * GiB },
      failed: { objects: failedObjects, bytes: failedBytes },
      verified: { crc64: 2_299_993 - failedObjects, size: 7 },
    },
    failures,
  },
});

export const runningReport: Report = buildReport(input);
export const planningReport: Report = buildReport({ ...input, listingComplete: false });
export const pausedReport: Report = buildReport({ ...input, state: 'paused' });
export const greenReport: Report = buildReport(done({}, 0, 0));
export const yellowReport: Report = buildReport({
  ...done(HOSTILE_FAILURES, 1_222, 987_654_321),
  failedManifest: 'cos://photos-1250000000/.oss2cos/photos-2026/failed.jsonl',
});
export const redReport: Report = buildReport({
  ...done({}, 0, 0),
  listingComplete: false,
  problems: [
    'ListObjects photos after "2024/07/": HTTP 403 AccessDenied, request id 6A17E04C2B7F8E3131A4D5B0',
    'the source\u2019s listing is not in UTF-8 byte order: "2024/<b>" is listed after "2024/a"',
  ],
});
/** As `buildReport` makes it of a cancelled task. */
export const cancelledReport: Report = buildReport({
  ...done({ CANCELLED: { objects: 1_222, samples: [{ key: '2024/x', message: 'cancelled' }] } }, 1_222, 5),
  state: 'cancelled',
});

export const REPORTS = {
  planning: planningReport,
  running: runningReport,
  paused: pausedReport,
  cancelled: cancelledReport,
  succeeded: greenReport,
  completed_with_failures: yellowReport,
  failed: redReport,
} as const;
