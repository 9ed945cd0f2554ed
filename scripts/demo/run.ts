/** Runs one task of the demo while showing how far it is, and tells its report. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../../lib/core/bytes.ts';
import type { FailureReport, Report } from '../../lib/core/report.ts';
import type { Task } from '../../lib/core/task.ts';
import type { Progress } from '../../lib/runtime/progress.ts';
import type { Migration } from '../../test/support/migration.ts';
import type { CosReader } from './cos-reader.ts';
import { counted, shownKey, type Story } from './story.ts';

const CONCURRENCY = 64;

export interface Running {
  readonly m: Migration;
  /** Shows how far a task is, until it is stopped. */
  readonly startProgress: () => Progress;
  readonly signal: AbortSignal;
}

/** Answers the final report; throws the signal's reason when it came first. */
export async function runTask({ m, startProgress, signal }: Running, task: Task): Promise<Report> {
  const progress = startProgress();
  try {
    const report = await m.run(task, {
      concurrency: CONCURRENCY,
      signal,
      onWarning: (text) => {
        progress.note(text);
      },
      onReport: (report) => {
        progress.update(report);
      },
    });
    signal.throwIfAborted();
    return report;
  } finally {
    progress.stop();
  }
}

export function tellReport(report: Report, story: Story): void {
  const { objects, bytes, status, throughput, verified } = report;
  const isGreen = status === 'succeeded';
  const light = story.paint(isGreen ? 'green' : 'yellow', isGreen ? '● green' : '● yellow');
  story.line(`${light}: ${status}`);
  story.line(
    `${counted(objects.total)} objects = ${counted(objects.copied)} copied + ${counted(objects.skipped)} skipped + ${counted(objects.failed)} failed`,
  );
  story.line(
    `${formatBytes(bytes.copied)} copied; ${counted(verified.crc64)} objects verified by CRC-64 on both sides`,
  );
  story.line(
    `${counted(throughput.objectsPerSecond)} objects/s, ${formatBytes(throughput.bytesPerSecond)}/s`,
  );
}

/** Every failure class with what to do about it, and a few of its keys. */
export function tellFailures(report: Report, story: Story): void {
  for (const failure of report.failures) tellFailure(failure, story);
}

function tellFailure({ code, objects, hint, samples }: FailureReport, story: Story): void {
  story.line();
  story.line(`${story.paint('yellow', code)}  ${counted(objects)} ${objects === 1 ? 'object' : 'objects'}`);
  story.line(`  ${hint}`);
  const keys = samples.slice(0, 3).map(({ key }) => shownKey(key));
  story.line(story.paint('faint', `  ${keys.join(', ')}${objects > keys.length ? ', …' : ''}`));
}

const STATE_FILES = ['report.html', 'report.json', 'failed.jsonl'];

/** Copies what a user looks at out of COS, which ends with the demo; answers the folder. */
export async function saveReport(
  { taskId, manifests }: Report,
  reader: CosReader,
  directory: string,
): Promise<string> {
  const folder = join(directory, taskId);
  await mkdir(folder, { recursive: true });
  for (const name of STATE_FILES) {
    if (name === 'failed.jsonl' && manifests.failed === undefined) continue;
    const bytes = await reader.bytes(`.oss2cos/${taskId}/${name}`);
    if (bytes === undefined) throw new Error(`COS has no ${name} of task ${taskId}`);
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}
