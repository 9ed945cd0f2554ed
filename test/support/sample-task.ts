/** Tasks for tests: the smallest that is valid, with what a test changes. */
import { parseTask, type Task } from '../../lib/core/task.ts';

export interface TaskParts {
  readonly source?: object;
  readonly target?: object;
  readonly [property: string]: unknown;
}

/** As a user would write it. */
export function writtenTask({ source, target, ...rest }: TaskParts = {}): Record<string, unknown> {
  return {
    source: { bucket: 'photos', region: 'oss-cn-hangzhou', ...source },
    target: { bucket: 'photos-1250000000', region: 'ap-guangzhou', ...target },
    ...rest,
  };
}

export function sampleTask(parts: TaskParts = {}): Task {
  return parseTask(writtenTask({ taskId: 'sample', ...parts }));
}
