/** Kysely over a `SessionPool`: MySQL's grammar from Kysely, connections and transactions from here. */
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type TransactionSettings,
} from 'kysely';
import type { Clock } from '../../ports/clock.ts';
import type { SessionPool } from './pool.ts';
import { Session } from './session.ts';

/** Kysely gives back what it was given. */
function sessionOf(connection: DatabaseConnection): Session {
  if (connection instanceof Session) return connection;
  throw new TypeError('a connection of another driver');
}

class SessionDriver implements Driver {
  readonly #pool: SessionPool;
  readonly #clock: Clock;

  constructor(pool: SessionPool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  async init(): Promise<void> {
    // Connections open when they are needed.
  }

  acquireConnection(): Promise<Session> {
    return this.#pool.acquire();
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return sessionOf(connection).begin(settings);
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return sessionOf(connection).commit();
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return sessionOf(connection).rollback();
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    sessionOf(connection).release(this.#clock.now());
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    return this.#pool.close();
  }
}

export function sessionDialect(pool: SessionPool, clock: Clock): Dialect {
  return {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new SessionDriver(pool, clock),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  };
}
