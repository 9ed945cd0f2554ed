/** Progress as a stream gets it: a bar that redraws one line, lines of a log, and the summary. */
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../lib/core/failures.ts';
import type { Report } from '../../lib/core/report.ts';
import { type Progress, startProgress } from '../../lib/runtime/progress.ts';
import { barLine, summaryLines } from '../../lib/runtime/progress-lines.ts';
import { RateWindow } from '../../lib/runtime/progress-rates.ts';
import {
  cancelledReport,
  greenReport,
  HOSTILE_KEYS,
  pausedReport,
  planningReport,
  redReport,
  REPORTS,
  runningReport,
  yellowReport,
} from '../core/report-samples.ts';

const TiB = 1024 ** 4;

class FakeStream extends Writable {
  written = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }

  hasColors(): boolean {
    return false;
  }

  /** Without escape sequences; a redraw begins a new line. */
  lines(): string[] {
    const text = stripVTControlCharacters(this.written.replaceAll('\u001b[1G', '\n'));
    return text.split('\n').filter((line) => line !== '');
  }
}

let open: Progress | undefined;
afterEach(() => {
  open?.stop();
});

function start(isTerminal: boolean, more: { columns?: () => number; reportAddress?: string } = {}) {
  const stream = new FakeStream(isTerminal);
  const clock = { nowMs: 0, now: () => clock.nowMs, sleep: () => Promise.reject(new Error('nobody sleeps')) };
  const progress = startProgress({
    stream: stream as unknown as NodeJS.WriteStream,
    isTerminal,
    clock,
    columns: more.columns ?? (() => 120),
    reportAddress: more.reportAddress,
  });
  open = progress;
  return { stream, clock, progress };
}

/** As many more objects copied, of 1 MiB each. */
function further(report: Report, count: number): Report {
  const moved = (of: Report['objects'], by: number) => ({
    ...of,
    copied: of.copied + by,
    pending: of.pending - by,
  });
  return { ...report, objects: moved(report.objects, count), bytes: moved(report.bytes, count * 1024 ** 2) };
}

describe('in a log', () => {
  it('a line comes at most every ten seconds', () => {
    const { stream, clock, progress } = start(false);
    for (clock.nowMs = 0; clock.nowMs < 30_000; clock.nowMs += 500) progress.update(runningReport);
    expect(stream.lines()).toHaveLength(3);
  });

  it('every change of status is a line at once', () => {
    const { stream, progress } = start(false);
    for (const report of [planningReport, runningReport, pausedReport, pausedReport, runningReport])
      progress.update(report);
    expect(stream.lines().map((line) => line.split(':')[0])).toEqual([
      'listing and copying',
      'copying',
      'paused',
      'copying',
    ]);
  });

  it('a note moves nothing and begins no line, whatever it quotes', () => {
    const { stream, progress } = start(false);
    progress.note('problem: \u001b[2J\r\u202e\u009b of a key');
    expect(stream.written).toBe('problem: \\u001b[2J\\u000d\\u202e\\u009b of a key\n');
  });

  it('there is no escape sequence and no carriage return', () => {
    const { stream, progress } = start(false);
    progress.update(runningReport);
    progress.note('a warning');
    progress.stop(yellowReport);
    expect(stream.written).not.toMatch(/[\u001b\r]/);
  });

  it('a line tells counts, rates of the last updates and the time left', () => {
    const { stream, clock, progress } = start(false);
    progress.update(runningReport);
    clock.nowMs = 10_000;
    progress.update(further(runningReport, 10_000));
    expect(stream.lines()[1]).toBe(
      'copying: 55 %, 1,290,245 of 2,345,678 objects, 1.7 TiB of 3.1 TiB, 1,000 objects/s, 1.0 GiB/s, 0 failed, about 24 min 32 s left',
    );
  });
});

describe('on a terminal', () => {
  it('the bar is one line that is drawn over and gone at the end', () => {
    const { stream, progress } = start(true);
    progress.update(runningReport);
    expect(stream.lines()[0]).toMatch(/^\[=+-+\] {2}54% {2}1,280,245\/2,345,678 {2}/);
    expect(stream.written).not.toContain('\n');
    progress.stop();
    expect(stream.written.trimEnd()).toMatch(/\u001b\[2K$/);
  });

  it('a note stands on a line of its own and the bar goes on below it', () => {
    const { stream, progress } = start(true);
    progress.note('first');
    progress.update(runningReport);
    progress.note('second');
    const lines = stream.lines();
    expect(lines[0]).toBe('first');
    expect(lines.filter((line) => line.includes('second'))).toEqual(['second']);
    expect(lines.at(-1)).toContain('54%');
  });

  it('nothing is drawn after the end', () => {
    const { stream, progress } = start(true);
    progress.update(runningReport);
    progress.stop(greenReport);
    const { written } = stream;
    progress.update(runningReport);
    progress.stop(greenReport);
    expect(stream.written).toBe(written);
  });

  it('notes cannot move the cursor', () => {
    const { stream, progress } = start(true);
    progress.note(`warning: ${HOSTILE_KEYS[3]}\nsecond line`);
    expect(stream.written).toBe(
      'warning: 2024/\\u0007bell\\u0000nul\\u001b[31mred\\u000d\nline\nsecond line\n',
    );
  });
});

describe('the line of the bar', () => {
  const rates = { objectsPerSecond: 1_698, bytesPerSecond: 2.3 * 1024 ** 3, etaSeconds: 642 };

  it('never reaches the last column, whatever the width', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(REPORTS)),
        fc.integer({ min: 1, max: 300 }),
        (report, columns) => {
          const line = barLine(report, rates, columns);
          expect(line.length).toBeLessThan(Math.max(2, columns));
          expect(line).toMatch(/^[ -~]*$/);
        },
      ),
    );
  });

  it('tells everything where there is room, and the percentage where there is hardly any', () => {
    expect(barLine(runningReport, rates, 120)).toBe(
      '[=====================-------------------]  54%  1,280,245/2,345,678  ETA 10 min 42 s  1,698 obj/s  2.3 GiB/s',
    );
    expect(barLine(runningReport, rates, 40)).toBe('[=====------]  54%  1,280,245/2,345,678');
    expect(barLine(runningReport, rates, 8)).toBe(' 54%');
  });

  it('marks a total that still grows, and says that it lists', () => {
    expect(barLine(planningReport, { ...rates, etaSeconds: undefined }, 120)).toContain(
      '1,280,245/2,345,678+  listing',
    );
  });

  it.each([
    ['of small objects by their number', { objects: [900, 1_000], bytes: [1, 1_000], arrived: 0 }, '89%'],
    [
      'of large objects by their bytes',
      { objects: [900, 1_000], bytes: [1 * TiB, 8 * TiB], arrived: 0 },
      '12%',
    ],
    ['of one large object by its parts', { objects: [0, 1], bytes: [0, 8 * TiB], arrived: 6 * TiB }, '74%'],
    ['of empty objects by their number', { objects: [1, 4], bytes: [0, 0], arrived: 0 }, '25%'],
  ] as const)('goes on, %s', (_, { objects, bytes, arrived }, percent) => {
    const outcomes = ([copied, total]: readonly [number, number]) => ({
      ...{ total, copied, skipped: 0, failed: 0, pending: total - copied },
    });
    const moved = { objects: outcomes(objects), bytes: outcomes(bytes), underWay: { bytes: arrived } };
    expect(barLine({ ...runningReport, ...moved }, rates, 20)).toContain(percent);
  });
});

describe('rates', () => {
  it('count the parts of large objects', () => {
    const window = new RateWindow();
    const bytes = { total: 1_000, copied: 0, skipped: 0, failed: 0, pending: 1_000 };
    const objects = { total: 1, copied: 0, skipped: 0, failed: 0, pending: 1 };
    window.add({ ...runningReport, objects, bytes, underWay: { bytes: 100 } }, 0);
    const later = { ...runningReport, objects, bytes, underWay: { bytes: 400 } };
    expect(window.add(later, 3_000)).toEqual({
      objectsPerSecond: 0,
      bytesPerSecond: 100,
      etaSeconds: 6,
    });
  });

  it('follow the last ten updates, not the whole run', () => {
    const window = new RateWindow();
    let report = runningReport;
    for (let second = 0; second <= 100; second++) {
      report = further(report, second < 90 ? 1_000 : 10);
      window.add(report, second * 1_000);
    }
    const { objectsPerSecond } = window.add(further(report, 10), 101_000);
    expect(objectsPerSecond).toBe(10);
  });

  it('tell no time left while nothing moves', () => {
    const window = new RateWindow();
    window.add(runningReport, 0);
    expect(window.add(runningReport, 5_000)).toEqual({
      objectsPerSecond: 0,
      bytesPerSecond: 0,
      etaSeconds: undefined,
    });
  });
});

describe('the summary', () => {
  it('of a task with failures tells what failed, why, where it is written down, and what to run', () => {
    const { stream, progress } = start(false);
    progress.stop(yellowReport);
    const text = stream.written;
    expect(text.startsWith('Completed with failures: 1,222 of 2,345,678 objects failed')).toBe(true);
    for (const { code, objects, hint } of yellowReport.failures) {
      expect(text).toContain(code);
      expect(text).toContain(`${objects.toLocaleString('en-US')} objects`);
      expect(text).toContain(hint);
    }
    expect(text).toContain('cos://photos-1250000000/.oss2cos/photos-2026/failed.jsonl');
    expect(text).toContain('npx oss2cos retry photos-2026');
  });

  it('of a green task is short', () => {
    expect(summaryLines(greenReport, 'cos://photos-1250000000/.oss2cos/photos-2026/report.html')).toEqual([
      'Succeeded: 2,300,000 objects copied, 45,678 objects skipped by the conflict rule; none failed.',
      '  copied      2,300,000 objects  3.1 TiB',
      '  skipped        45,678 objects  61.0 GiB',
      '  failed              0 objects  0 B',
      '  total       2,345,678 objects  3.1 TiB',
      '  took        1 h 23 min, 467 objects/s, 642 MiB/s',
      '  verified    2,299,993 by CRC-64, 7 by size alone',
      '  report      cos://photos-1250000000/.oss2cos/photos-2026/report.html',
    ]);
  });

  it('of a red task tells why the listing stopped', () => {
    expect(summaryLines(redReport, undefined).join('\n')).toContain('HTTP 403 AccessDenied');
  });

  it('of a cancelled task names the retry', () => {
    expect(summaryLines(cancelledReport, undefined).at(-1)).toContain('npx oss2cos retry photos-2026');
  });

  it('prints no control character, whatever stands in addresses, problems and keys', () => {
    const hostile = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(hostile, (text) => {
        const sample = { key: text, message: text };
        const failures = [
          { code: 'UNKNOWN' as const, objects: 1, ...FAILURE_CLASSES.UNKNOWN, samples: [sample] },
        ];
        const report = { ...yellowReport, failures, problems: [text], manifests: { failed: text } };
        for (const line of summaryLines(report, text))
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
    );
  });
});
