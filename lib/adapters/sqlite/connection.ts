/** One handle on a database file: opened with the settings that both engines need, its statements kept, its errors translated. */
import { resolve } from 'node:path';
import Libsql from 'libsql';
import { StoreError } from '../../core/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { storeErrorOf } from './errors.ts';
import { type FilePeers, joinFile, leaveFile } from './gate.ts';

/** Of other processes: no transaction here takes longer than some milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;
const WAL_ATTEMPTS_MAX = 250;
const WAL_RETRY_MS = 20;
/** Preparing costs four times what running does; lists of ids make a few hundred texts at most. */
const STATEMENTS_MAX = 200;

export type Parameters = readonly (string | number | bigint | Uint8Array | null)[];

type Database = InstanceType<typeof Libsql>;

export interface Statement {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

/**
 * WAL with synchronous NORMAL: a commit outlives the process (kill -9) but perhaps not the machine, which costs no
 * data: rows and messages are only an index, the sweep rings again for what they have lost.
 * The folder must exist. Errors are `StoreError`.
 */
export async function openConnection(path: string, clock: Clock): Promise<Connection> {
  const connection = new Connection(path);
  try {
    await switchToWal(connection, clock);
    connection.exec('pragma synchronous = normal');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Does not heed the busy timeout where several processes open a new file at the same time. */
async function switchToWal(connection: Connection, clock: Clock): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      connection.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      const busy = error instanceof StoreError && error.code === 'busy';
      if (!busy || attempt >= WAL_ATTEMPTS_MAX) throw error;
      await clock.sleep(WAL_RETRY_MS);
    }
  }
}

export class Connection {
  readonly peers: FilePeers;
  readonly #path: string;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();
  #open = true;

  constructor(path: string) {
    this.#path = resolve(path);
    this.#database = openDatabase(this.#path, BUSY_TIMEOUT_MS);
    this.peers = joinFile(this.#path);
  }

  /** Without parameters and without an answer. */
  exec(sql: string): void {
    translated(sql, () => this.#database.exec(sql));
  }

  prepare(sql: string): Statement {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    const statement = translatedStatement(
      sql,
      translated(sql, () => this.#database.prepare(sql)),
    );
    this.#statements.set(sql, statement);
    const oldest = this.#statements.size > STATEMENTS_MAX ? this.#statements.keys().next().value : undefined;
    if (oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }

  all(sql: string, parameters: Parameters): unknown[] {
    return this.prepare(sql).all(parameters);
  }

  /** Answers how many rows it changed. */
  run(sql: string, parameters: Parameters): number {
    return Number(this.prepare(sql).run(parameters).changes);
  }

  /** One transaction; `work` must not wait for anything. */
  transaction<T>(work: () => T): T {
    this.exec('begin immediate');
    try {
      const answer = work();
      this.exec('commit');
      return answer;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** After some errors (a full disk) SQLite has done it already. */
  rollback(): void {
    if (this.#database.inTransaction) this.exec('rollback');
  }

  /** May be called twice. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#statements.clear();
    leaveFile(this.#path);
    this.#database.close();
  }
}

/** Throws `unavailable` where the file cannot be opened or made. */
export function openDatabase(path: string, busyTimeoutMs: number): Database {
  try {
    return new Libsql(path, { timeout: busyTimeoutMs });
  } catch (error) {
    throw storeErrorOf(error, 'open', 'unavailable');
  }
}

function translatedStatement(sql: string, statement: Statement): Statement {
  return {
    reader: statement.reader,
    all: (parameters) => translated(sql, () => statement.all(parameters)),
    run: (parameters) => translated(sql, () => statement.run(parameters)),
    iterate: (parameters) => statement.iterate(parameters),
  };
}

function translated<T>(operation: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeErrorOf(error, operation.slice(0, 60));
  }
}
