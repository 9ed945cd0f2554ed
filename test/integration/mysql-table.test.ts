/** The MySQL table keeps the port's contract. */
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { openMysqlTable } from '../../lib/adapters/mysql/table.ts';
import { describeTable, type TableHarness } from '../ports/table.suite.ts';
import { dropDatabase, mysqlOptions, newDatabase } from './mysql-databases.ts';

function harness(): TableHarness {
  const database = newDatabase();
  return {
    open: () => Promise.all([openMysqlTable(mysqlOptions(database)), openMysqlTable(mysqlOptions(database))]),
    plantRange: async ({ taskId, rangeId, after, upTo, nowMs }) => {
      const { host, port, user, password } = inject('mariadb');
      const connection = await createConnection({ host, port, user, password, database });
      await connection.query(
        `insert into oss2cos_ranges (task_id, range_id, after_key, up_to_key, cursor_key, state, rung_at_ms, rings, moved_at_ms)
          values (?, ?, ?, ?, ?, 'open', 0, 0, ?)`,
        [
          taskId,
          Buffer.from(rangeId),
          Buffer.from(after),
          upTo === undefined ? null : Buffer.from(upTo),
          Buffer.from(after),
          nowMs,
        ],
      );
      await connection.end();
    },
    close: () => dropDatabase(database),
  };
}

describeTable('mysql', harness);
