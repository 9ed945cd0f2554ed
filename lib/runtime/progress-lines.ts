/** What the terminal says of a report: the line of the bar, the plain line of a log, and the summary at the end. */
import { formatBytes, KiB } from '../core/bytes.ts';
import { bytesLeft, type Report } from '../core/report.ts';
import { elapsedSeconds, nextStep, STATUS_FACES } from '../core/report-page-status.ts';
import {
  donePercent,
  formatCount,
  formatDuration,
  formatObjects,
  visible,
} from '../core/report-page-text.ts';
import type { Rates } from './progress-rates.ts';

const BAR_COLUMNS = { min: 10, max: 40 } as const;

/** An object costs the time of so many bytes, roughly: neither a million small ones nor one large one alone is the work. */
const OBJECT_BYTES = 256 * KiB;

function percentOf(report: Report): number {
  const { objects, bytes, listing: { complete } } = report; // prettier-ignore
  const work = (ofObjects: number, ofBytes: number) => ofObjects * OBJECT_BYTES + ofBytes;
  const left = work(objects.pending, bytesLeft(report));
  const total = work(objects.total, bytes.total);
  return donePercent({ done: total - left, total, complete });
}

function stateText({ status }: Report, { etaSeconds }: Rates): string {
  if (status === 'running') return etaSeconds === undefined ? '' : `ETA ${formatDuration(etaSeconds)}`;
  return status === 'planning' ? 'listing' : STATUS_FACES[status].word.toLowerCase();
}

/**
 * One line of less than `columns` characters, ASCII alone, so that a character is a column everywhere. Where room
 * lacks, the least needed parts go first, then the bar.
 */
export function barLine(report: Report, rates: Rates, columns: number): string {
  const room = Math.max(1, columns - 1);
  const { objects, listing } = report;
  const percent = percentOf(report);
  const ranked = [
    `${String(percent).padStart(3)}%`,
    `${formatCount(objects.total - objects.pending)}/${formatCount(objects.total)}${listing.complete ? '' : '+'}`,
    objects.failed === 0 ? '' : `${formatCount(objects.failed)} failed`,
    stateText(report, rates),
    `${formatCount(rates.objectsPerSecond)} obj/s`,
    `${formatBytes(rates.bytesPerSecond)}/s`,
  ].filter((part) => part !== '');
  while (ranked.length > 1 && ranked.join('  ').length > room) ranked.pop();
  const [first = '', ...others] = ranked;
  const text = [first, ...others].join('  ');
  const barColumns = Math.min(BAR_COLUMNS.max, room - text.length - 3);
  return barColumns < BAR_COLUMNS.min ? text.slice(0, room) : `[${bar(percent, barColumns)}] ${text}`;
}

function bar(percent: number, columns: number): string {
  const full = Math.floor((percent / 100) * columns);
  return '='.repeat(full) + '-'.repeat(columns - full);
}

/** For a log: everything the bar tells, in one line of words. */
export function plainLine(report: Report, rates: Rates): string {
  const { objects, bytes, listing, status } = report;
  const more = listing.complete ? '' : '+';
  const parts = [
    `${String(percentOf(report))} %`,
    `${formatCount(objects.total - objects.pending)} of ${formatCount(objects.total)}${more} objects`,
    `${formatBytes(bytes.total - bytesLeft(report))} of ${formatBytes(bytes.total)}${more}`,
    `${formatCount(rates.objectsPerSecond)} objects/s`,
    `${formatBytes(rates.bytesPerSecond)}/s`,
    `${formatCount(objects.failed)} failed`,
  ];
  if (status === 'running' && rates.etaSeconds !== undefined)
    parts.push(`about ${formatDuration(rates.etaSeconds)} left`);
  return `${STATUS_FACES[status].word.toLowerCase()}: ${parts.join(', ')}`;
}

/** What to know at the end, the first line the verdict. `reportAddress` is that of `report.html`, where known. */
export function summaryLines(report: Report, reportAddress: string | undefined): string[] {
  const { throughput, verified, manifests, failures, problems } = report;
  const step = nextStep(report);
  const { word, sentence } = STATUS_FACES[report.status];
  return [
    `${word}: ${sentence(report)}`,
    ...outcomeLines(report),
    entry(
      'took',
      `${formatDuration(elapsedSeconds(report))}, ${formatCount(throughput.objectsPerSecond)} objects/s, ${formatBytes(throughput.bytesPerSecond)}/s`,
    ),
    entry(
      'verified',
      `${formatCount(verified.crc64)} by CRC-64, ${formatCount(verified.size)} by size alone`,
    ),
    ...problems.map((problem) => entry('stopped', problem)),
    ...failures.flatMap(failureLines),
    ...(reportAddress === undefined ? [] : [entry('report', reportAddress)]),
    ...(manifests.failed === undefined ? [] : [entry('failed keys', manifests.failed)]),
    ...(step === undefined ? [] : [entry('next', [step.text, step.command ?? ''].join(' ').trim())]),
  ].map(visible);
}

function outcomeLines({ objects, bytes }: Report): string[] {
  const rows = (['copied', 'skipped', 'failed', 'pending', 'total'] as const).filter(
    (one) => one !== 'pending' || objects.pending > 0,
  );
  const width = Math.max(...rows.map((one) => formatCount(objects[one]).length));
  return rows.map((one) =>
    entry(one, `${formatCount(objects[one]).padStart(width)} objects  ${formatBytes(bytes[one])}`),
  );
}

function failureLines({ code, objects, retryable, hint }: Report['failures'][number]): string[] {
  const helps = retryable ? 'a retry helps' : 'a retry alone does not help';
  return [`  ${code}: ${formatObjects(objects)}, ${helps}`, `    ${hint}`];
}

function entry(name: string, text: string): string {
  return `  ${name.padEnd(11)} ${text}`;
}
