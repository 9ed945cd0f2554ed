/** How long the database is waited for, and how often it is asked again. */
import type { RetryPolicy } from '../../core/backoff.ts';

export interface MysqlLimits {
  /** One attempt to connect; a paused cluster may hold it while it wakes (document 1003/81819). */
  readonly connectMsMax: number;
  /** No attempt to connect begins later than this after the first. */
  readonly wakeMsMax: number;
  /** A connection that was idle for longer is asked for an answer before it is used: a frozen instance hears nothing of its end. */
  readonly idleMsMax: number;
  /** For that answer. */
  readonly probeMsMax: number;
  /** One statement, waiting for locks included. */
  readonly statementMsMax: number;
  /** For one lock; the server counts in seconds. */
  readonly lockWaitS: number;
}

/** `connectMsMax` after `wakeMsMax` the caller knows, within two minutes. */
export const MYSQL_LIMITS: MysqlLimits = {
  connectMsMax: 30_000,
  wakeMsMax: 90_000,
  idleMsMax: 30_000,
  probeMsMax: 3_000,
  statementMsMax: 30_000,
  lockWaitS: 5,
};

export const CONNECTIONS_MAX = 4;

/** Between attempts to connect: for as long as `wakeMsMax` allows. */
export const WAKE_RETRY: RetryPolicy = { attemptsMax: 50, delayMsFirst: 500, delayMsMax: 5_000 };

/** Of a transaction that another one was in the way of, or whose connection was found dead. */
export const TRANSACTION_RETRY: RetryPolicy = { attemptsMax: 6, delayMsFirst: 20, delayMsMax: 1_000 };
