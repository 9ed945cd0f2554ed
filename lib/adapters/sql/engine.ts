/** The seam between the shared queries and the database they run on. */
import type { InsertQueryBuilder, InsertResult, Kysely } from 'kysely';
import type { Tables } from './schema.ts';

export type Insert<T extends keyof Tables> = InsertQueryBuilder<Tables, T, InsertResult>;

export interface SqlEngine {
  /** Its errors are `StoreError`. An UPDATE must count the rows it matched, whether or not their values changed. */
  readonly db: Kysely<Tables>;
  /** Leaves out rows whose key is taken; the result counts those inserted. */
  readonly insertIfAbsent: <T extends keyof Tables>(query: Insert<T>) => Insert<T>;
  /** What stands behind the columns where a table is created. */
  readonly tableOptions: string;
  /** Runs the work of one method, which is one transaction; may run it again where a failure tells that nothing was done. */
  readonly perform: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What a query needs, within a transaction or outside. */
export type Queries = Pick<SqlEngine, 'db' | 'insertIfAbsent'>;

/** As a parameter: SQL has no word for Infinity. */
export function instant(ms: number): number {
  return Math.min(ms, Number.MAX_SAFE_INTEGER);
}

/** Rows of one statement: 8 columns a row stay far below SQLite's 32,766 parameters, and a statement within a few MB. */
const ROWS_MAX = 200;

export function chunksOf<T>(items: readonly T[], size: number = ROWS_MAX): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size));
  return chunks;
}
