/** What is true once the storm has passed: differences as sentences, an empty list is what is wanted. */
import type { Report } from '../../lib/core/report.ts';
import type { Task } from '../../lib/core/task.ts';
import { differences, failedLines, targetKeys } from '../../test/support/compare.ts';
import { type Migration, SOURCE, TARGET } from '../../test/support/migration.ts';
import type { MovingSource } from './source.ts';

/** Copies the failed keys again, with no fault left; those that still fail must have vanished from the source. */
export async function retryFailed(m: Migration, task: Task, report: Report): Promise<string[]> {
  const { failed } = report.manifests;
  if (failed === undefined) return [];
  const retry = m.task({ taskId: `${task.taskId}-retry`, source: { manifest: failed } });
  await m.run(retry);
  const left = await failedLines(m, retry.taskId);
  return left
    .filter(({ key }) => m.oss.store(SOURCE).get(key) !== undefined)
    .map(({ key, error }) => `${key} failed again in calm weather: ${error.code}, ${error.message}`);
}

export function reportProblems(name: string, { objects, status, listing }: Report): string[] {
  const { total, copied, skipped, failed, pending } = objects;
  const problems: string[] = [];
  if (pending !== 0) problems.push(`${name} ended with ${String(pending)} objects pending`);
  if (total !== copied + skipped + failed) problems.push(`${name}: ${JSON.stringify(objects)} do not add up`);
  if (!listing.complete) problems.push(`${name} ended as ${status} without a complete listing`);
  return problems;
}

/** Each copy is of a version that its key has had; each key that never moved is there. */
export function versionProblems(m: Migration, { versions }: MovingSource): string[] {
  const problems: string[] = [];
  for (const [key, held] of versions) {
    const copy = m.cos.store(TARGET).get(key);
    if (copy === undefined) {
      if (m.oss.store(SOURCE).get(key) !== undefined) problems.push(`${key} did not arrive`);
    } else if (!held.some(({ crc64, size }) => crc64 === copy.crc64 && size === copy.size)) {
      problems.push(`${key} arrived as what it never was`);
    }
  }
  return problems;
}

/** A second pass takes up what changed after it was copied; then both sides are equal in bytes and headers. */
export async function finalProblems(m: Migration, source: MovingSource): Promise<string[]> {
  const task = m.task({ taskId: 'second-pass', conflict: 'changed' });
  const report = await m.run(task);
  const strangers = targetKeys(m).filter((key) => !source.versions.has(key));
  return [
    ...reportProblems('the second pass', report),
    ...(report.objects.failed > 0
      ? [`${String(report.objects.failed)} objects failed in the second pass`]
      : []),
    ...(await differences(m, task)),
    ...strangers.map((key) => `${key} is in the target, and never was in the source`),
  ];
}
