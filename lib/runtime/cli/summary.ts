/** A report as a person reads it in a terminal. */
import { formatBytes } from '../../core/bytes.ts';
import { cosUrl } from '../../core/layout.ts';
import type { FailureReport, Report, TaskStatus } from '../../core/report.ts';

const STATUS_WORDS: Readonly<Record<TaskStatus, string>> = {
  planning: 'is being listed and copied',
  running: 'is being copied, all is listed',
  paused: 'is paused',
  cancelled: 'was cancelled',
  succeeded: 'succeeded',
  completed_with_failures: 'completed, with failures',
  failed: 'failed: not everything could be listed',
};

export function summary(report: Report): string {
  return [
    `task ${report.taskId} ${STATUS_WORDS[report.status]}`,
    ...rows(report).map(([name, value]) => `  ${name.padEnd(9)} ${value}`),
    ...report.problems.map((problem) => `  problem   ${visible(problem)}`),
    ...report.failures.flatMap(failureLines),
  ].join('\n');
}

function rows(report: Report): [string, string][] {
  const { source, target, objects, bytes, listing, verified, manifests } = report;
  const from =
    source.manifest === undefined
      ? `oss://${source.bucket}/${source.prefix}`
      : `oss://${source.bucket}, the keys of ${source.manifest}`;
  const manifest: [string, string][] =
    manifests.failed === undefined ? [] : [['failed', visible(manifests.failed)]];
  return [
    ['from', `${visible(from)} (${source.region})`],
    ['to', `${visible(cosUrl(target.bucket, target.prefix))} (${target.region})`],
    ['objects', outcomes(objects, count)],
    ['bytes', outcomes(bytes, formatBytes)],
    ['listing', `${listing.complete ? 'complete' : 'not complete'}, ${count(listing.objects)} objects`],
    ['verified', `${count(verified.crc64)} by CRC-64, ${count(verified.size)} by size alone`],
    ['time', times(report)],
    ...manifest,
  ];
}

function outcomes(by: Report['objects'], format: (amount: number) => string): string {
  const { total, copied, skipped, failed, pending } = by;
  const parts = { copied, skipped, failed, pending };
  const told = Object.entries(parts).map(([name, amount]) => `${format(amount)} ${name}`);
  return `${format(total)}: ${told.join(', ')}`;
}

function times({ startedAt, updatedAt, finishedAt, throughput }: Report): string {
  const ms = Date.parse(finishedAt ?? updatedAt) - Date.parse(startedAt);
  const { objectsPerSecond, bytesPerSecond, etaSeconds } = throughput;
  const left = etaSeconds === null ? '' : `, about ${duration(etaSeconds)} left`;
  const rate = `${count(objectsPerSecond)} objects/s, ${formatBytes(bytesPerSecond)}/s`;
  return `${duration(ms / 1000)} since ${startedAt}, ${rate}${left}`;
}

function failureLines({ code, objects, retryable, hint, samples }: FailureReport): string[] {
  const retry = retryable ? 'a retry may help' : 'a retry alone will not help';
  return [
    `  ${code}: ${count(objects)} objects, ${retry}. ${hint}`,
    ...samples.map(({ key, message, requestId }) => {
      const id = requestId === undefined ? '' : ` (request id ${requestId})`;
      return `    ${visible(JSON.stringify(key))} ${visible(message + id)}`;
    }),
  ];
}

export function count(amount: number): string {
  return amount.toLocaleString('en-US');
}

/** `3 h 5 min`, `12 s`: the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

/** Keys and answers may hold what moves a terminal's cursor or colours it. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
