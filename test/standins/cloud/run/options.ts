/** What the running side of the stand-in is started with, and how fast its clocks go. */
import type { DeployedFunction, InvokeOutcome } from '../runtime.ts';

export interface Invocation {
  readonly fn: DeployedFunction;
  /** Name of the trigger; undefined where someone called. */
  readonly trigger: string | undefined;
  readonly event: string;
  readonly outcome: InvokeOutcome;
}

export interface Timing {
  /** A warm instance without events ends after this. */
  readonly idleMs: number;
  /** Loading the code, before the first event (`InitTimeout`). */
  readonly initMs: number;
  /** Asynchronous invocations: execution errors are tried again this often (document 583/41138)… */
  readonly asyncRetries: number;
  /** …this far apart, as throttled ones are until `asyncLifeMs`. */
  readonly asyncRetryMs: number;
  readonly asyncLifeMs: number;
  /** CKafka triggers: without a heartbeat for so long, a member is out of its group. */
  readonly sessionMs: number;
  /** CKafka triggers: between two attempts at a batch that failed. */
  readonly retryMs: number;
  /** CKafka triggers: first and longest wait after throttling and system errors. */
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

export const TIMING: Timing = {
  idleMs: 300_000,
  initMs: 65_000,
  asyncRetries: 2,
  asyncRetryMs: 60_000,
  asyncLifeMs: 21_600_000,
  sessionMs: 10_000,
  retryMs: 1_000,
  backoffMinMs: 1_000,
  backoffMaxMs: 60_000,
};

export interface RuntimeOptions {
  /** Kafka behind the CKafka triggers, `host:port` separated by commas. */
  readonly brokers?: string;
  readonly onLog?: (fn: DeployedFunction, requestId: string, line: string) => void;
  readonly onInvocation?: (invocation: Invocation) => void;
  /** Timers fire this often, whatever their cron says. */
  readonly timerEveryMs?: number;
  readonly timing?: Partial<Timing>;
  /**
   * Asked for each event: after so many milliseconds its time limit passes, though the function was told of another.
   * So a function that plans its time well can be seen to overrun. Undefined: at its own limit.
   */
  readonly overrun?: (fn: DeployedFunction, event: string) => number | undefined;
}

/** Invokes a function on behalf of a trigger. */
export type TriggerInvoke = (trigger: string, event: string) => Promise<InvokeOutcome>;

export type TriggerLog = (requestId: string, line: string) => void;
