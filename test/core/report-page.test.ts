/** What the page says and, above all, what a key can never make it say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES, FAILURE_CODES } from '../../lib/core/failures.ts';
import type { Report } from '../../lib/core/report.ts';
import { renderReportPage } from '../../lib/core/report-page.ts';
import { STATUS_FACES } from '../../lib/core/report-page-status.ts';
import { formatCount, formatDuration, donePercent, visible } from '../../lib/core/report-page-text.ts';
import { greenReport, REPORTS, runningReport, yellowReport } from './report-samples.ts';

/** All tags of a page, in order: what a browser would make elements of. */
function tagsOf(page: string): string[] {
  return page.match(/<[^>]*>/g) ?? [];
}

/** A character that no page may hold raw: controls (but newlines of the layout), and what turns or hides text. */
const FORBIDDEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('<', '>', '"', "'", '&', '</style>', '<script>', '-->', ']]>', '${', '`', '\\u0007'),
      fc.constantFrom('\u0000', '\u0007', '\u001b', '\u202e', '\u2066', '\r\n', '\ud800', '\u0085', '\ufeff'),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

function reportWith(text: string): Report {
  const sample = { key: text, message: text, requestId: text };
  return {
    ...yellowReport,
    source: { ...yellowReport.source, prefix: text, manifest: `cos://b-1250000000/${text}` },
    target: { ...yellowReport.target, prefix: text },
    failures: [{ code: 'UNKNOWN', objects: 1, ...FAILURE_CLASSES.UNKNOWN, samples: [sample] }],
    problems: [text],
    manifests: { failed: `cos://b-1250000000/${text}` },
  };
}

describe('what stands in keys and messages', () => {
  const harmless = tagsOf(renderReportPage(reportWith('x'))).filter((tag) => !/^<\/?b\b/.test(tag));

  it('shows what arrived of large objects where any are under way', () => {
    const arrived = 'Arrived, of large objects under way';
    expect(renderReportPage(runningReport)).not.toContain(arrived);
    const page = renderReportPage({ ...runningReport, underWay: { bytes: runningReport.bytes.pending / 2 } });
    expect(page).toContain(arrived);
    expect(page).toContain('class="arrived"');
  });

  it('adds no tag and no attribute to the page', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const tags = tagsOf(renderReportPage(reportWith(text)));
        const foreign = tags.filter((tag) => tag !== '<b class="unseen">' && !/^<\/?b>$/.test(tag));
        expect(foreign).toEqual(harmless.filter((tag) => tag !== '<b class="unseen">'));
      }),
    );
  });

  it('never brings a control character or one that turns text into the page', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const page = renderReportPage(reportWith(text));
        expect(page).not.toMatch(FORBIDDEN);
        expect(page.isWellFormed()).toBe(true);
      }),
    );
  });

  it('is shown, every unseen character as an escape', () => {
    const page = renderReportPage(reportWith('a\u0007b\u202ec'));
    expect(page).toContain('a<b class="unseen">\\u0007</b>b<b class="unseen">\\u202e</b>c');
  });

  it('leaves ordinary text of any script as it is', () => {
    expect(visible('2024/京都 🍁/شتاء 👩‍👧.jpg')).toBe('2024/京都 🍁/شتاء 👩‍👧.jpg');
  });

  it('is cut where a message is longer than anybody reads', () => {
    const long = { key: 'k', message: 'm'.repeat(100_000), requestId: undefined };
    const failures = [{ code: 'UNKNOWN' as const, objects: 1, ...FAILURE_CLASSES.UNKNOWN, samples: [long] }];
    expect(renderReportPage({ ...yellowReport, failures }).length).toBeLessThan(50_000);
  });
});

describe('the numbers', () => {
  const count = fc.integer({ min: 0, max: 1e12 });
  const outcomes = fc
    .record({ copied: count, skipped: count, failed: count, pending: count })
    .map((one) => ({ ...one, total: one.copied + one.skipped + one.failed + one.pending }));

  it('are all there, with their exact bytes', () => {
    const arbitrary = fc.record({
      objects: outcomes,
      bytes: outcomes,
      verified: fc.record({ crc64: count, size: count }),
      listing: fc.record({ complete: fc.boolean(), objects: count, bytes: count, ranges: count }),
    });
    fc.assert(
      fc.property(arbitrary, (numbers) => {
        const page = renderReportPage({ ...runningReport, ...numbers });
        const cells = [...Object.values(numbers.objects), ...Object.values(numbers.verified)];
        for (const one of [...cells, numbers.listing.objects, numbers.listing.ranges])
          expect(page).toContain(formatCount(one));
        for (const one of Object.values(numbers.bytes))
          expect(page).toContain(one < 1000 ? `${String(one)} B` : `${formatCount(one)} B`);
      }),
      { numRuns: 30 },
    );
  });

  it('say 100 percent only when all is done', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, part) => {
          const done = Math.floor(total * part);
          expect(donePercent({ done, total, complete: true }) === 100).toBe(done === total);
        },
      ),
    );
  });

  it('mark totals that still grow', () => {
    expect(renderReportPage(REPORTS.planning)).toContain('of 2,345,678+');
    expect(renderReportPage(REPORTS.running)).not.toContain('2,345,678+');
  });

  it('never say 100 percent of a listing that is not complete', () => {
    expect(renderReportPage(greenReport)).toContain('100 %');
    expect(renderReportPage(REPORTS.failed)).not.toContain('100 %');
    expect(renderReportPage(REPORTS.failed)).toContain('Not listed');
  });

  it('write durations in their two largest units', () => {
    expect([0, 8, 60, 754, 3_900, 90_000, 86_405].map(formatDuration)).toEqual([
      '0 s',
      '8 s',
      '1 min',
      '12 min 34 s',
      '1 h 5 min',
      '1 d 1 h',
      '1 d',
    ]);
  });
});

describe('the page of a task', () => {
  it.each(Object.entries(REPORTS))('that is %s says so in words', (status, report) => {
    expect(report.status).toBe(status);
    expect(renderReportPage(report)).toContain(`<h1>${STATUS_FACES[report.status].word}</h1>`);
  });

  it('loads itself again until the task is over', () => {
    const refreshes = Object.entries(REPORTS).filter(([, report]) =>
      renderReportPage(report).includes('http-equiv="refresh" content="10"'),
    );
    expect(refreshes.map(([status]) => status)).toEqual(['planning', 'running', 'paused']);
  });

  it('names every failure class with its count, hint, and whether a retry helps', () => {
    const failures = FAILURE_CODES.map((code, i) => ({
      code,
      objects: 1_000 + i,
      ...FAILURE_CLASSES[code],
      samples: [],
    }));
    const page = renderReportPage({ ...yellowReport, failures });
    for (const { code, objects, hint } of failures) {
      expect(page).toContain(`<code>${code}</code>`);
      expect(page).toContain(`${formatCount(objects)} objects`);
      expect(page).toContain(hint.split('"')[0]?.replaceAll('&', '&amp;').replaceAll('>', '&gt;') ?? '');
    }
    expect(page.match(/Retry helps: <b>yes<\/b>/g)).toHaveLength(failures.filter((f) => f.retryable).length);
  });

  it('tells where the failed keys are and how to retry them', () => {
    const page = renderReportPage(yellowReport);
    expect(page).toContain('npx oss2cos retry photos-2026');
    expect(page).toContain('cos://photos-1250000000/.oss2cos/photos-2026/failed.jsonl');
  });

  it('asks nothing of whoever reads a green one', () => {
    expect(renderReportPage(greenReport)).not.toContain('What to do next');
  });

  it('tells why a listing stopped', () => {
    expect(renderReportPage(REPORTS.failed)).toContain('HTTP 403 AccessDenied');
  });

  it('names nothing that a browser would load', () => {
    const page = renderReportPage(yellowReport);
    expect(
      tagsOf(page).filter((tag) => /^<(script|img|iframe|object|a)\b|\bsrc=|@import|url\(/.test(tag)),
    ).toEqual([]);
    expect(page.match(/href="[^"]*"/g)).toEqual(['href="data:,"']);
  });
});
