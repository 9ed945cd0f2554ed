/** The table store in MySQL 8 or MariaDB: the cloud's engine, shared by any number of instances. */
import { Kysely } from 'kysely';
import { retryDelayMs } from '../../core/backoff.ts';
import type { Table } from '../../ports/table.ts';
import type { SqlEngine } from '../sql/engine.ts';
import type { Tables } from '../sql/schema.ts';
import { openSqlTable } from '../sql/table.ts';
import { sessionDialect } from './dialect.ts';
import { MysqlError } from './errors.ts';
import { MYSQL_LIMITS, type MysqlLimits, TRANSACTION_RETRY } from './limits.ts';
import { type PoolOptions, SessionPool } from './pool.ts';

export interface MysqlOptions extends PoolOptions {
  readonly limits?: Partial<MysqlLimits>;
}

/** All texts but keys are ASCII, and compare byte by byte; InnoDB holds transactions, and with it indexes of 3,072 bytes. */
const TABLE_OPTIONS = 'engine = InnoDB, row_format = dynamic, character set ascii collate ascii_bin';

/**
 * Creates the database and the tables where they are missing; any number of instances may do so at once. Resolves
 * when a paused cluster has woken, or rejects: `denied` at once, `unavailable` after two minutes.
 *
 * A transaction that lost against another one, or whose connection was lost before its end, runs again as a whole:
 * `busy` and `unavailable` say that this was in vain. Where the connection is lost during the COMMIT, or during a
 * statement that is its own transaction, nobody knows whether it was done: the caller gets `unavailable`, never a
 * second run whose answer (`false`: it was done already) would tell of the first one. Every method may be called
 * again after that, but `false` from `advance`, `freeze`, `setTaskState` and `failRange` may then mean oneself.
 */
export async function openMysqlTable(options: MysqlOptions): Promise<Table> {
  const limits = { ...MYSQL_LIMITS, ...options.limits };
  const pool = new SessionPool(options, limits);
  const engine: SqlEngine = {
    db: new Kysely<Tables>({ dialect: sessionDialect(pool, options.clock) }),
    insertIfAbsent: (query) => query.ignore(),
    tableOptions: TABLE_OPTIONS,
    perform: (work) => perform(options, work),
  };
  try {
    return await openSqlTable(engine);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function perform<T>(
  { clock, dice, log }: Pick<MysqlOptions, 'clock' | 'dice' | 'log'>,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const mayRun = error instanceof MysqlError && error.nothingDone;
      if (!mayRun || attempt >= TRANSACTION_RETRY.attemptsMax) throw error;
      const delayMs = retryDelayMs(TRANSACTION_RETRY, attempt, dice.random());
      log.info('mysql.again', { attempt, delayMs, operation: error.operation, problem: error.vendorCode });
      await clock.sleep(delayMs);
    }
  }
}
