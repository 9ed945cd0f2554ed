/** What copying a segment is handed. */
import type { Clock, Dice } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Stores } from '../ports/stores.ts';
import type { SpreadSettings } from './copy-context.ts';
import type { Semaphore } from './lanes.ts';
import type { LiveWork } from './live-work.ts';
import type { OpenTasks } from './open-tasks.ts';

export interface CopyPorts {
  readonly stores: Stores;
  readonly tasks: OpenTasks;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  readonly parts: Semaphore;
  /** Objects under way in one invocation. */
  readonly lanes: number;
  /** Default `SPREAD`. */
  readonly spread?: SpreadSettings;
  /** Where somebody watches. */
  readonly live?: LiveWork;
}
