/** A report as a person reads it in a terminal: what goes where, the summary, and an example of each failure. */
import { cosUrl, stateKeys } from '../../core/layout.ts';
import type { StateLocation } from '../../core/messages.ts';
import { sourceAddress, targetAddress } from '../../core/report-page-status.ts';
import { visible } from '../../core/report-page-text.ts';
import type { FailureReport, Report } from '../../core/report.ts';
import { summaryLines } from '../progress-lines.ts';

export function summary(report: Report, { bucket, prefix }: StateLocation): string {
  return [
    visible(`task ${report.taskId}: ${fromText(report)} to ${targetAddress(report)}`),
    ...summaryLines(report, cosUrl(bucket, stateKeys.reportPage(prefix))),
    ...report.failures.flatMap(exampleLines),
  ].join('\n');
}

function fromText(report: Report): string {
  const { bucket, manifest } = report.source;
  return manifest === undefined ? sourceAddress(report) : `oss://${bucket} (the keys of ${manifest})`;
}

function exampleLines({ code, samples: [first] }: FailureReport): string[] {
  if (first === undefined) return [];
  const id = first.requestId === undefined ? '' : ` (request id ${first.requestId})`;
  return [visible(`  for example ${code} of ${JSON.stringify(first.key)}: ${first.message}${id}`)];
}
