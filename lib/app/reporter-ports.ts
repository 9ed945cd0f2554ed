/** What the reporter is handed. */
import type { Clock, Dice } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Stores } from '../ports/stores.ts';
import type { Table } from '../ports/table.ts';
import type { SpreadSettings } from './copy-context.ts';

export interface ReporterPorts {
  readonly stores: Stores;
  readonly table: Table;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  readonly sweep: SweepSettings;
  /** As the copiers have it; default `SPREAD`. */
  readonly spread?: SpreadSettings;
  /** Of the failed manifest; where it is not said, what fits a function's memory and time. */
  readonly failedList?: FailedListLimits;
}

export interface FailedListLimits {
  /** Results read in one step: about this many. */
  readonly segmentsMax: number;
  /** A part is written when it holds this much, or at the end of a step when it holds the minimum. */
  readonly partBytes: number;
  readonly partBytesMin: number;
}

export interface SweepSettings {
  /** What has neither been rung nor moved for this long, while others like it were delivered, is rung again. */
  readonly silenceMs: number;
  /** Rung this often without moving, it is given up. */
  readonly ringsMax: number;
  /** Rows looked at in one tick. */
  readonly rowsMax: number;
}
