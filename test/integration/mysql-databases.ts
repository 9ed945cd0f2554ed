/** A database of a test's own on a MariaDB server, gone when the test has ended. */
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { inject, onTestFinished } from 'vitest';
import { type MysqlOptions, openMysqlTable } from '../../lib/adapters/mysql/table.ts';
import type { Table } from '../../lib/ports/table.ts';
import { systemClock, systemDice } from '../../lib/runtime/clock.ts';
import { EventList } from '../support/logged.ts';

export type Server = Pick<MysqlOptions, 'host' | 'port' | 'user' | 'password'>;

/** Real time, no encryption, a log that nobody reads. */
export function mysqlOptions(database: string, server: Server = inject('mariadb')): MysqlOptions {
  const { host, port, user, password } = server;
  return {
    ...{ host, port, user, password, database, tls: undefined },
    ...{ clock: systemClock, dice: systemDice, log: new EventList() },
  };
}

/** Names nothing that is there. */
export function newDatabase(): string {
  return `t-\`${systemDice.unique()}`;
}

export async function ask(server: Server, sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
  const { host, port, user, password } = server;
  const connection = await createConnection({ host, port, user, password });
  try {
    const [rows] = await connection.query(sql, values);
    return rows as RowDataPacket[];
  } finally {
    await connection.end();
  }
}

export async function dropDatabase(database: string, server: Server = inject('mariadb')): Promise<void> {
  await ask(server, 'drop database if exists ??', [database]);
}

/** Of the test under way: closed, and its database dropped, when it has ended. */
export async function openTable(options: MysqlOptions): Promise<Table> {
  const table = await openMysqlTable(options);
  onTestFinished(() => table.close());
  return table;
}

/** Waits for something that another connection makes true; each look is a request of its own. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 10_000; look++) if (await holds()) return;
  throw new Error('it never came true');
}
