/** One connection to the server, as Kysely uses it: statements bounded in time, errors translated, the state of its transaction known. */
import type { CompiledQuery, DatabaseConnection, QueryResult, TransactionSettings } from 'kysely';
import type { PoolConnection } from 'mysql2';
import { statementError } from './errors.ts';
import type { MysqlLimits } from './limits.ts';

/**
 * Backslashes escape in the texts that the driver writes, so no NO_BACKSLASH_ESCAPES; strict, so that nothing is cut.
 * READ COMMITTED locks the rows that match and no gaps between them, and sees what others committed before each statement.
 */
const SQL_MODE =
  'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
const ISOLATION = 'set session transaction isolation level read committed';

/** It changes no row, or may be done twice. */
const HARMLESS = /^(select|begin|start|set|create table if not exists)\b/;

export class Session implements DatabaseConnection {
  readonly #raw: PoolConnection;
  readonly #limits: MysqlLimits;
  #lost = false;
  #inTransaction = false;
  #usedAtMs: number;

  constructor(raw: PoolConnection, limits: MysqlLimits, nowMs: number) {
    this.#raw = raw;
    this.#limits = limits;
    this.#usedAtMs = nowMs;
    // Its end is noticed by the statement that needs it; without a listener it would end the process.
    raw.on('error', () => {
      this.#lost = true;
    });
  }

  async prepare(): Promise<void> {
    await this.#run(
      `set session sql_mode = '${SQL_MODE}', innodb_lock_wait_timeout = ${this.#limits.lockWaitS}`,
    );
    await this.#run(ISOLATION);
  }

  /** When it was last given back. */
  get usedAtMs(): number {
    return this.#usedAtMs;
  }

  /** Whether it can be used at `nowMs`; it costs a request only after it was idle for long. */
  async isAlive(nowMs: number): Promise<boolean> {
    if (this.#lost) return false;
    if (nowMs - this.#usedAtMs <= this.#limits.idleMsMax) return true;
    return this.#run('select 1', [], this.#limits.probeMsMax).then(
      () => true,
      () => false,
    );
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.#run(sql, parameters);
    if (Array.isArray(answer)) return { rows: answer as R[] };
    return { rows: [], numAffectedRows: BigInt((answer as { affectedRows: number }).affectedRows) };
  }

  streamQuery(): never {
    throw new TypeError('no query of this table is streamed');
  }

  /** An isolation level costs a request of its own: it holds for the next transaction alone. */
  async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<void> {
    if (isolationLevel !== undefined) await this.#run(`set transaction isolation level ${isolationLevel}`);
    await this.#run(accessMode === undefined ? 'begin' : `start transaction ${accessMode}`);
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    this.#inTransaction = false; // from here on it may be done
    await this.#run('commit');
  }

  /** Never rejects: a connection that cannot even do this is closed, and the server rolls back. */
  async rollback(): Promise<void> {
    this.#inTransaction = false;
    if (this.#lost) return;
    await this.#run('rollback').catch(() => {
      this.#lost = true;
    });
  }

  release(nowMs: number): void {
    this.#usedAtMs = nowMs;
    if (this.#lost) this.#raw.destroy();
    else this.#raw.release();
  }

  destroy(): void {
    this.#raw.destroy();
  }

  async #run(
    sql: string,
    values: readonly unknown[] = [],
    timeout: number = this.#limits.statementMsMax,
  ): Promise<unknown> {
    try {
      return await new Promise((resolve, reject) => {
        this.#raw.query({ sql, values: [...values], timeout }, (error, answer) => {
          if (error === null) resolve(answer);
          else reject(error);
        });
      });
    } catch (error) {
      const failure = statementError(error, sql.slice(0, 60), this.#inTransaction || HARMLESS.test(sql));
      this.#lost ||= failure.lost;
      throw failure;
    }
  }
}
