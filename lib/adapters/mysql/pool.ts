/** A few connections to one database: opened when they are needed, waited for while a paused cluster wakes, checked after a long sleep. */
import { createConnection, createPool, escapeId, type Pool, type PoolConnection } from 'mysql2';
import { retryDelayMs } from '../../core/backoff.ts';
import { StoreError } from '../../core/errors.ts';
import type { Clock, Dice } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { connectError, MysqlError } from './errors.ts';
import { CONNECTIONS_MAX, type MysqlLimits, WAKE_RETRY } from './limits.ts';
import { Session } from './session.ts';

export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Created where it is missing. */
  readonly database: string;
  /** Undefined: no encryption. With `ca` (PEM) a certificate must come from there; without, from a public authority and for this host. */
  readonly tls: { readonly ca?: string | undefined } | undefined;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  readonly connectionsMax?: number;
}

export class SessionPool {
  readonly #options: PoolOptions;
  readonly #limits: MysqlLimits;
  readonly #pool: Pool;
  readonly #sessions = new WeakMap<PoolConnection, Session>();
  /** One was found dead: those that slept as long are not even asked. */
  #doubtedBeforeMs = 0;
  #closed = false;

  constructor(options: PoolOptions, limits: MysqlLimits) {
    const connectionLimit = options.connectionsMax ?? CONNECTIONS_MAX;
    this.#options = options;
    this.#limits = limits;
    this.#pool = createPool({
      ...addressOf(options, limits),
      database: options.database,
      connectionLimit,
      maxIdle: connectionLimit, // no timer that closes them: it would stand still with the instance
    });
  }

  /** To be given back with `Session.release`. */
  async acquire(): Promise<Session> {
    for (;;) {
      const session = await this.#awake();
      const nowMs = this.#options.clock.now();
      const doubted = session.usedAtMs < this.#doubtedBeforeMs;
      if (!doubted && (await session.isAlive(nowMs))) return session;
      session.destroy(); // at most all of them, then a new one comes
      if (!doubted) this.#doubtedBeforeMs = Math.max(this.#doubtedBeforeMs, nowMs - this.#limits.idleMsMax);
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      this.#pool.end(() => resolve()); // what cannot be said goodbye to is gone already
    });
  }

  /** Tries for as long as a cluster may need to wake; refused credentials are told at once. */
  async #awake(): Promise<Session> {
    const { clock, dice, log } = this.#options;
    const untilMs = clock.now() + this.#limits.wakeMsMax;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#connected();
      } catch (error) {
        const failure = error instanceof MysqlError ? error : connectError(error);
        const delayMs = retryDelayMs(WAKE_RETRY, attempt, dice.random());
        const isLast = attempt >= WAKE_RETRY.attemptsMax || clock.now() + delayMs > untilMs;
        if (this.#closed || !failure.retryable || isLast) throw failure;
        log.warn('mysql.connect', { attempt, delayMs, problem: failure.vendorCode ?? failure.message });
        await clock.sleep(delayMs);
      }
    }
  }

  async #connected(): Promise<Session> {
    try {
      return await this.#session();
    } catch (error) {
      if (!(error instanceof StoreError && error.vendorCode === 'ER_BAD_DB_ERROR')) throw error;
      await createDatabase(this.#options, this.#limits);
      return this.#session();
    }
  }

  async #session(): Promise<Session> {
    const raw = await this.#raw();
    const known = this.#sessions.get(raw);
    if (known !== undefined) return known;
    const session = new Session(raw, this.#limits, this.#options.clock.now());
    try {
      await session.prepare();
    } catch (error) {
      session.destroy();
      throw connectError(error instanceof StoreError ? error.cause : error);
    }
    this.#sessions.set(raw, session);
    return session;
  }

  #raw(): Promise<PoolConnection> {
    return new Promise((resolve, reject) => {
      this.#pool.getConnection((error, raw) => {
        if (error === null) resolve(raw);
        else reject(connectError(error));
      });
    });
  }
}

function addressOf({ host, port, user, password, tls }: PoolOptions, limits: MysqlLimits) {
  return {
    ...{ host, port, user, password, connectTimeout: limits.connectMsMax },
    // An UPDATE counts what it matched; files of this side are never sent.
    flags: ['FOUND_ROWS', '-LOCAL_FILES'],
    ...(tls === undefined ? {} : { ssl: sslOf(tls) }),
  };
}

/** A cluster's own authority signs for addresses that its certificates do not name. */
function sslOf({ ca }: { readonly ca?: string | undefined }) {
  const common = { minVersion: 'TLSv1.2', rejectUnauthorized: true };
  return ca === undefined ? { ...common, verifyIdentity: true } : { ...common, ca, verifyIdentity: false };
}

/** Any number of instances may do so at once. */
function createDatabase(options: PoolOptions, limits: MysqlLimits): Promise<void> {
  const connection = createConnection(addressOf(options, limits));
  const sql = `create database if not exists ${escapeId(options.database, true)}`;
  return new Promise((resolve, reject) => {
    connection.on('error', (error) => reject(connectError(error)));
    connection.query({ sql, timeout: limits.statementMsMax }, (error) => {
      connection.destroy();
      if (error === null) resolve();
      else reject(connectError(error));
    });
  });
}
