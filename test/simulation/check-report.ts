/** The report, the failed manifest and the ledger follow from the results, which are read back here by themselves. */
import { FAILURE_CLASSES, type FailureCode } from '../../lib/core/failures.ts';
import { parseSourceLine } from '../../lib/core/manifest.ts';
import type { Report } from '../../lib/core/report.ts';
import type { FrozenTask } from './frozen.ts';
import type { Machines } from './machines.ts';

type Outcome = 'copied' | 'skipped' | 'failed';
/** How a problem begins that the report states. */
const INCOMPLETE = 'the failed manifest is incomplete: ';
const OUTCOMES: readonly Outcome[] = ['copied', 'skipped', 'failed'];

export function checkReport({ report, segments, failedManifest }: FrozenTask): string[] {
  if (report === undefined) return ['report: there is none'];
  const ended = segments.flatMap(({ entries }) => entries);
  const slices = segments.flatMap((segment) => segment.slices);
  const sum = (outcome: Outcome, what: 'objects' | 'bytes') =>
    slices.reduce((total, { tally }) => total + tally[outcome][what], 0);
  const findings = [
    ...checkEnd(report),
    ...checkFailures(
      report,
      ended.flatMap(({ failed }) => failed ?? []),
    ),
  ];
  const expect = (what: string, stated: number, counted: number) => {
    if (stated !== counted)
      findings.push(`report: ${what} is ${String(stated)}, the results say ${String(counted)}`);
  };
  for (const outcome of OUTCOMES) {
    expect(`objects.${outcome}`, report.objects[outcome], sum(outcome, 'objects'));
    expect(`bytes.${outcome}`, report.bytes[outcome], sum(outcome, 'bytes'));
  }
  expect('objects.total', report.objects.total, ended.length);
  expect('objects.failed', report.objects.failed, ended.filter(({ failed }) => failed !== undefined).length);
  expect('verified', report.verified.crc64 + report.verified.size, report.objects.copied);
  const { copied, skipped, failed, pending } = report.bytes;
  expect('underWay.bytes', report.underWay.bytes, 0);
  expect('bytes.total', report.bytes.total, copied + skipped + failed + pending);
  return [
    ...findings,
    ...checkManifest(
      report,
      failedManifest,
      ended.flatMap(({ entry, failed: code }) => (code === undefined ? [] : [entry.key])),
    ),
  ];
}

function checkEnd(report: Report): string[] {
  const { objects, bytes, status, finishedAt, listing } = report;
  const findings: string[] = [];
  if (finishedAt === null) findings.push(`report: the task has ended, and the report says ${status}`);
  if (objects.pending !== 0 || bytes.pending !== 0)
    findings.push(
      `report: ${String(objects.pending)} objects, ${String(bytes.pending)} bytes are pending at the end`,
    );
  if (objects.total !== objects.copied + objects.skipped + objects.failed)
    findings.push('report: the total is not the sum of its parts');
  const isGreen = status === 'succeeded';
  if (isGreen && (objects.failed > 0 || !listing.complete))
    findings.push('report: green, with failures or an incomplete listing');
  if (status === 'failed' && listing.complete) findings.push('report: red, with a complete listing');
  return findings;
}

function checkFailures(report: Report, codes: readonly FailureCode[]): string[] {
  const counted = new Map<FailureCode, number>();
  for (const code of codes) counted.set(code, (counted.get(code) ?? 0) + 1);
  const stated = new Map(report.failures.map(({ code, objects }) => [code, objects]));
  return [...new Set([...counted.keys(), ...stated.keys()])].flatMap((code) =>
    counted.get(code) === stated.get(code)
      ? []
      : [
          `report: ${String(stated.get(code) ?? 0)} failures ${code}, the results say ${String(counted.get(code) ?? 0)}`,
        ],
  );
}

function checkManifest(report: Report, text: string | undefined, failed: readonly string[]): string[] {
  if (failed.length === 0)
    return text === undefined && report.manifests.failed === undefined
      ? []
      : ['failed manifest: nothing failed, and there is one'];
  if (text === undefined) return ['failed manifest: there is none'];
  const lines = text.split('\n').slice(0, -1);
  const keys = lines.map((line, i) => parseSourceLine(Buffer.from(line), i + 1)?.key);
  const codes = lines.map(
    (line) => (JSON.parse(line) as { error: { code: FailureCode; retryable: boolean } }).error,
  );
  const findings = codes.every(({ code, retryable }) => FAILURE_CLASSES[code].retryable === retryable)
    ? []
    : ['failed manifest: a line misstates whether to retry'];
  const named = new Set(keys);
  // Where a result was unreadable again and again, its keys are not known, and the report says so.
  const wanted = report.problems.some((problem) => problem.startsWith(INCOMPLETE))
    ? failed.filter((key) => named.has(key))
    : failed;
  const same = JSON.stringify([...wanted].sort()) === JSON.stringify([...keys].sort());
  return same
    ? findings
    : [
        ...findings,
        `failed manifest: it names ${JSON.stringify(keys)}, failed are ${JSON.stringify(failed)}`,
      ];
}

/** Ranges tile the key space; what is under the state prefix is all that was written there. */
export async function checkLedger(machines: Machines, taskId: string, frozen: FrozenTask): Promise<string[]> {
  const findings: string[] = [];
  const ranges = await machines.table.ranges(taskId, undefined, 1_000);
  let reached: string | undefined = '';
  for (const range of ranges) {
    if (range.after !== reached)
      findings.push(`ledger: range ${range.rangeId} begins after ${range.after}, not ${String(reached)}`);
    if (range.state === 'open') findings.push(`ledger: range ${range.rangeId} is still open`);
    reached = range.upTo;
  }
  if (reached !== undefined) findings.push(`ledger: nothing covers what is after ${reached}`);
  const { segments } = await machines.table.totals(taskId);
  if (segments !== frozen.segments.length)
    findings.push(
      `ledger: ${String(segments)} segments in the table, ${String(frozen.segments.length)} manifests`,
    );
  const outside = [...machines.state.objects.keys()].filter((key) => !key.startsWith('.oss2cos/'));
  if (outside.length > 0)
    findings.push(`bounds: state objects outside the state prefix: ${outside.join(', ')}`);
  return findings;
}
