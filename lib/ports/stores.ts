/** Opens the stores that a task names. One function serves many tasks; connections are kept and shared by whoever implements this. */
import type { Rates } from '../core/limits.ts';
import type { StateLocation } from '../core/messages.ts';
import type { Task } from '../core/task.ts';
import type { ObjectSink } from './object-sink.ts';
import type { ObjectSource } from './object-source.ts';
import type { StateStore } from './state-store.ts';

export interface Stores {
  source(task: Task): ObjectSource;
  sink(task: Task): ObjectSink;
  /** The bucket that holds a task's state objects, or a source manifest. */
  state(location: Pick<StateLocation, 'bucket' | 'region' | 'endpoint'>): StateStore;
  /** Sets the limits of a task's sources and sinks from now on; what is undefined is unlimited. */
  limit(taskId: string, limits: Rates): void;
}
