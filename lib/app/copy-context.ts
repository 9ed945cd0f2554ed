/** What copying one object needs, and how it can end. */
import type { KeyMapping } from '../core/keys.ts';
import type { SourceAttributes } from '../core/object.ts';
import type { Task } from '../core/task.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { ObjectSink } from '../ports/object-sink.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import type { Semaphore } from './lanes.ts';

export interface CopyContext {
  readonly task: Task;
  readonly mapping: KeyMapping;
  readonly source: ObjectSource;
  readonly sink: ObjectSink;
  readonly clock: Clock;
  readonly dice: Dice;
  /** Parts of large objects under way, over all objects of this process: bounds memory and connections. */
  readonly parts: Semaphore;
  readonly spread: SpreadSettings;
}

/** When an object is spread over several functions, and how; default `SPREAD`. */
export interface SpreadSettings {
  readonly aboveBytes: number;
  readonly rangeBytes: number;
  readonly partBytes: number;
}

export function mappingOf(task: Task): KeyMapping {
  return {
    sourcePrefix: task.source.prefix,
    targetPrefix: task.target.prefix,
    stripPrefix: task.target.stripPrefix,
  };
}

/** The object's tags, where it has any and the task keeps them: one more request for those objects alone. */
export async function tagsOf(
  context: CopyContext,
  sourceKey: string,
  attributes: SourceAttributes,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  if (attributes.tagCount === 0 || context.task.headers.mode !== 'keep') return {};
  return context.source.tags(sourceKey, signal);
}
