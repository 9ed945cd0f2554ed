/** The tasks a function works on, kept from one invocation to the next: their text never changes, their control object is read now and then. */
import type { StateLocation } from '../core/messages.ts';
import type { Task } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Stores } from '../ports/stores.ts';
import { ControlWatch } from './control-watch.ts';
import { type TaskState, taskStateOf } from './task-state.ts';

export interface OpenTask {
  readonly state: TaskState;
  readonly task: Task;
  readonly control: ControlWatch;
}

/** A function that serves more tasks than this forgets the ones before. */
const TASKS_MAX = 100;

export class OpenTasks {
  private readonly stores: Stores;
  private readonly clock: Clock;
  private readonly known = new Map<string, OpenTask>();

  constructor(stores: Stores, clock: Clock) {
    this.stores = stores;
    this.clock = clock;
  }

  async open(location: StateLocation, signal: AbortSignal): Promise<OpenTask> {
    const name = JSON.stringify(location);
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const state = taskStateOf(this.stores, location);
    const opened = {
      state,
      task: await state.readTask(signal),
      control: new ControlWatch(this.clock, state),
    };
    if (this.known.size >= TASKS_MAX) this.known.clear();
    this.known.set(name, opened);
    return opened;
  }
}
