import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILURE_CODES, type FailureCode } from '../../lib/core/failures.ts';
import type { Report } from '../../lib/core/report.ts';
import { failedLines, targetKeys } from '../support/compare.ts';
import { type Migration, openMigration, SOURCE } from '../support/migration.ts';
import { generatedBody } from '../standins/kernel/object.ts';
import type { FaultRule } from '../standins/kernel/faults.ts';

type Fault = FaultRule['fault'];

/** What the stores answer for one key, for good; the class that its object must end in. */
const CASES: [key: string, FailureCode, side: 'oss' | 'cos', action: string, fault: Fault][] = [
  [
    'busy source',
    'THROTTLED',
    'oss',
    'GetObject',
    { kind: 'status', status: 503, code: 'ServiceUnavailable' },
  ],
  ['busy target', 'THROTTLED', 'cos', 'PutObject', { kind: 'status', status: 503, code: 'SlowDown' }],
  [
    'denied source',
    'ACCESS_DENIED',
    'oss',
    'GetObject',
    { kind: 'status', status: 403, code: 'AccessDenied' },
  ],
  [
    'denied target',
    'ACCESS_DENIED',
    'cos',
    'PutObject',
    { kind: 'status', status: 403, code: 'AccessDenied' },
  ],
  [
    'denied tags',
    'ACCESS_DENIED',
    'oss',
    'GetObjectTagging',
    { kind: 'status', status: 403, code: 'AccessDenied' },
  ],
  ['gone', 'SOURCE_GONE', 'oss', 'GetObject', { kind: 'status', status: 404, code: 'NoSuchKey' }],
  [
    'changed',
    'SOURCE_CHANGED',
    'oss',
    'GetObject',
    { kind: 'status', status: 412, code: 'PreconditionFailed' },
  ],
  ['frozen', 'ARCHIVED', 'oss', 'GetObject', { kind: 'status', status: 403, code: 'InvalidObjectState' }],
  ['odd tags', 'METADATA_ILLEGAL', 'cos', 'PutObject', { kind: 'status', status: 400, code: 'InvalidTag' }],
  ['huge', 'OBJECT_TOO_LARGE', 'cos', 'PutObject', { kind: 'status', status: 400, code: 'EntityTooLarge' }],
  ['flipped in', 'CHECKSUM_MISMATCH', 'oss', 'GetObject', { kind: 'corrupt', atByte: 3 }],
  ['flipped out', 'CHECKSUM_MISMATCH', 'cos', 'PutObject', { kind: 'corrupt', atByte: 3 }],
  ['broken source', 'NETWORK', 'oss', 'GetObject', { kind: 'reset' }],
  ['broken target', 'NETWORK', 'cos', 'PutObject', { kind: 'status', status: 500, code: 'InternalError' }],
  ['silent source', 'TIMEOUT', 'oss', 'GetObject', { kind: 'stall' }],
  ['silent target', 'TIMEOUT', 'cos', 'PutObject', { kind: 'stall' }],
  [
    'no more money',
    'TARGET_QUOTA',
    'cos',
    'PutObject',
    { kind: 'status', status: 451, code: 'UnavailableForLegalReasons' },
  ],
  ['flipped part', 'CHECKSUM_MISMATCH', 'cos', 'UploadPart', { kind: 'corrupt', atByte: 5 }],
];

let m: Migration;
let report: Report;
let codes: Readonly<Record<string, string>>;
beforeAll(async () => {
  m = await openMigration();
  await m.oss.seed(SOURCE, { key: 'fine', body: 'fine' });
  for (const [key, , side, action, fault] of CASES) {
    const body = action === 'UploadPart' ? generatedBody(3, 65 * 1024 * 1024) : `the body of ${key}`;
    await m.oss.seed(SOURCE, { key, body, tags: action === 'GetObjectTagging' ? { t: 'v' } : {} });
    m[side].faults.add({ when: { action, key }, fault });
  }
  const task = m.task();
  report = await m.run(task, { timeoutMs: 1_000 });
  codes = Object.fromEntries((await failedLines(m, task.taskId)).map(({ key, error }) => [key, error.code]));
}, 120_000);
afterAll(async () => {
  await m.close();
});

it.each(CASES)('an object with a %s ends as %s', (key, code) => {
  expect(codes[key]).toBe(code);
});

it('one object of each kind fails, the others arrive, and nothing half or corrupt stays', () => {
  expect(report.objects).toMatchObject({ copied: 1, failed: CASES.length, pending: 0 });
  expect(targetKeys(m)).toEqual(['fine']);
  expect(m.cos.uploads('photos-1250000000')).toEqual([]);
});

it('no class of the table is without a case, here or where keys, metadata and control are tested', () => {
  const elsewhere = ['KEY_TOO_LONG', 'KEY_ILLEGAL', 'METADATA_TOO_LARGE', 'CANCELLED', 'UNKNOWN'];
  expect(new Set([...CASES.map(([, code]) => code), ...elsewhere])).toEqual(new Set(FAILURE_CODES));
});
