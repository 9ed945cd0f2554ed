import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CODES } from '../../lib/core/failures.ts';
import {
  buildReport,
  exitStatusOf,
  isFinal,
  type ReportInput,
  type TaskStatus,
} from '../../lib/core/report.ts';
import { NO_TALLY } from '../../lib/core/slices.ts';
import { sampleTask } from '../support/sample-task.ts';

const STARTED_AT_MS = 1_767_225_600_000;

const INPUT: ReportInput = {
  task: sampleTask(),
  state: 'running',
  startedAtMs: STARTED_AT_MS,
  finishedAtMs: undefined,
  nowMs: STARTED_AT_MS + 10_000,
  totals: {
    ranges: 1,
    listed: { objects: 100, bytes: 10_000 },
    tally: { ...NO_TALLY, copied: { objects: 40, bytes: 1_000 }, verified: { crc64: 40, size: 0 } },
    failures: {},
    partBytes: 0,
  },
  listingComplete: true,
  problems: [],
  failedManifest: undefined,
};

const count = fc.nat(1_000_000_000);
const counted = fc.record({ objects: count, bytes: count });

describe('the numbers of a report', () => {
  it('add up: all is copied, skipped, failed or pending', () => {
    fc.assert(
      fc.property(counted, counted, counted, counted, (copied, skipped, failed, pending) => {
        const sum = (unit: 'objects' | 'bytes') =>
          copied[unit] + skipped[unit] + failed[unit] + pending[unit];
        const listed = { objects: sum('objects'), bytes: sum('bytes') };
        const totals = { ...INPUT.totals, listed, tally: { ...NO_TALLY, copied, skipped, failed } };
        const report = buildReport({ ...INPUT, totals });
        for (const unit of ['objects', 'bytes'] as const) {
          const { total, ...parts } = report[unit];
          expect(Object.values(parts).reduce((a, b) => a + b)).toBe(total);
          expect(parts.pending).toBe(pending[unit]);
        }
        const { etaSeconds, objectsPerSecond } = report.throughput;
        expect(etaSeconds === null || (Number.isFinite(etaSeconds) && etaSeconds >= 0)).toBe(true);
        expect(Number.isFinite(objectsPerSecond)).toBe(true);
      }),
    );
  });

  it('name every failure class that occurred, in the order of the table, with what to do', () => {
    const some = { objects: 2, samples: [{ key: 'k', message: 'm' }] };
    const failures = { UNKNOWN: some, THROTTLED: some, KEY_ILLEGAL: some };
    const report = buildReport({ ...INPUT, totals: { ...INPUT.totals, failures } });
    const codes = report.failures.map(({ code }) => code);
    expect(codes).toEqual(FAILURE_CODES.filter((code) => codes.includes(code)));
    expect(codes).toHaveLength(3);
    expect(report.failures.every(({ hint, objects }) => hint !== '' && objects === 2)).toBe(true);
  });
});

describe('parts that arrived of large objects', () => {
  const partial = (partBytes: number, source: object = {}) => {
    const task = { ...INPUT.task, source: { ...INPUT.task.source, ...source } };
    const { bytes, underWay, listing } = buildReport({
      ...INPUT,
      task,
      totals: { ...INPUT.totals, partBytes },
    });
    return [bytes.total, bytes.copied, bytes.pending, underWay.bytes, listing.bytes];
  };

  it('are pending, and never more than is', () => {
    expect(partial(500)).toEqual([10_000, 1_000, 9_000, 500, 10_000]);
    expect(partial(50_000)).toEqual([10_000, 1_000, 9_000, 9_000, 10_000]);
  });

  it('come on top of the total where a key list told no sizes', () => {
    const manifest = 'cos://lists-1250000000/keys.txt';
    expect(partial(50_000, { manifest })).toEqual([51_000, 1_000, 50_000, 50_000, 51_000]);
  });
});

describe('the status of a task', () => {
  const failedTally = { ...NO_TALLY, failed: { objects: 1, bytes: 0 } };

  it('follows from its state, its listing and its failures', () => {
    const statuses = (['running', 'paused', 'cancelling', 'cancelled', 'finished'] as const).map((state) =>
      [true, false].flatMap((listingComplete) =>
        [NO_TALLY, failedTally].map(
          (tally) =>
            buildReport({ ...INPUT, state, listingComplete, totals: { ...INPUT.totals, tally } }).status,
        ),
      ),
    );
    expect(statuses).toEqual([
      ['running', 'running', 'planning', 'planning'],
      ['paused', 'paused', 'paused', 'paused'],
      ['running', 'running', 'planning', 'planning'],
      ['cancelled', 'cancelled', 'cancelled', 'cancelled'],
      ['succeeded', 'completed_with_failures', 'failed', 'failed'],
    ]);
  });

  it('is an exit status of 0 only where everything was copied', () => {
    const exits: Record<TaskStatus, number> = {
      succeeded: 0,
      completed_with_failures: 2,
      cancelled: 2,
      failed: 1,
      planning: 1,
      running: 1,
      paused: 1,
    };
    for (const [status, exit] of Object.entries(exits)) expect(exitStatusOf(status as TaskStatus)).toBe(exit);
  });

  it('is final once the task has an end', () => {
    expect(isFinal(buildReport(INPUT))).toBe(false);
    expect(isFinal(buildReport({ ...INPUT, finishedAtMs: INPUT.nowMs }))).toBe(true);
  });
});

describe('the time left', () => {
  const left = (changes: Partial<ReportInput>) => buildReport({ ...INPUT, ...changes }).throughput.etaSeconds;

  it('is the later of what objects and bytes tell', () => {
    expect(left({})).toBe(90); // 60 objects at 4/s are 15 s; 9,000 bytes at 100/s are 90 s
    expect(left({ totals: { ...INPUT.totals, listed: { objects: 1_000, bytes: 1_100 } } })).toBe(240);
  });

  it('of a large object follows from its parts', () => {
    const totals = { ...INPUT.totals, listed: { objects: 1, bytes: 1_000 }, tally: NO_TALLY, partBytes: 200 };
    expect(left({ totals })).toBe(40);
    expect(left({ totals: { ...totals, partBytes: 0 } })).toBe(null);
  });

  it('is unknown while the listing goes on, nothing moves, nothing is left or the task does not run', () => {
    const still = { ...INPUT.totals, tally: NO_TALLY };
    const nothing = { ...INPUT.totals, listed: { objects: 40, bytes: 1_000 } };
    expect([
      left({ listingComplete: false }),
      left({ totals: still }),
      left({ totals: nothing }),
      left({ state: 'paused' }),
      left({ state: 'cancelling' }),
      left({ nowMs: STARTED_AT_MS }),
    ]).toEqual([null, null, null, null, null, 1]);
  });
});
