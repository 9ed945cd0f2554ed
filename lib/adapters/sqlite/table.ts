/** The table store in a SQLite file: the embedded engine of the one-process runtime. */
import {
  type DatabaseConnection,
  type Driver,
  CompiledQuery,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type TransactionSettings,
} from 'kysely';
import type { Clock } from '../../ports/clock.ts';
import type { Table } from '../../ports/table.ts';
import type { SqlEngine } from '../sql/engine.ts';
import type { Tables } from '../sql/schema.ts';
import { openSqlTable } from '../sql/table.ts';
import { type Connection, openConnection } from './connection.ts';

/** A transaction that will write says so when it begins: one that turns into a writer later can be refused at once. */
class TurnTakingDriver extends SqliteDriver {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super({ database: connection });
    this.#connection = connection;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.#connection.peers.gate.enter();
    return super.acquireConnection();
  }

  override async releaseConnection(): Promise<void> {
    await super.releaseConnection();
    this.#connection.peers.gate.leave();
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    const begin = settings?.accessMode === 'read only' ? 'begin' : 'begin immediate';
    await connection.executeQuery(CompiledQuery.raw(begin));
  }

  override rollbackTransaction(): Promise<void> {
    this.#connection.rollback();
    return Promise.resolve();
  }
}

class TurnTakingDialect extends SqliteDialect {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super({ database: connection });
    this.#connection = connection;
  }

  override createDriver(): Driver {
    return new TurnTakingDriver(this.#connection);
  }
}

/** Creates the file and the tables where they are missing; the folder must exist. Any number of processes may open one file. */
export async function openSqliteTable(path: string, clock: Clock): Promise<Table> {
  const connection = await openConnection(path, clock);
  const engine: SqlEngine = {
    db: new Kysely<Tables>({ dialect: new TurnTakingDialect(connection) }),
    insertIfAbsent: (query) => query.onConflict((conflict) => conflict.doNothing()),
    tableOptions: '',
    perform: (work) => work(),
  };
  try {
    return await openSqlTable(engine);
  } catch (error) {
    connection.close();
    throw error;
  }
}
