/** The SQLite table keeps the port's contract. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../lib/adapters/sqlite/connection.ts';
import { openSqliteTable } from '../../lib/adapters/sqlite/table.ts';
import { describeTable, type TableHarness } from '../ports/table.suite.ts';
import { FakeClock } from '../support/fake-clock.ts';

function harness(): TableHarness {
  const clock = new FakeClock();
  let folder = '';
  const file = () => join(folder, 'table.db');
  return {
    open: async () => {
      folder = await mkdtemp(join(tmpdir(), 'oss2cos-table-'));
      return Promise.all([openSqliteTable(file(), clock), openSqliteTable(file(), clock)]);
    },
    plantRange: async ({ taskId, rangeId, after, upTo, nowMs }) => {
      const connection = await openConnection(file(), clock);
      connection.run(
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
      connection.close();
    },
    close: () => rm(folder, { recursive: true }),
  };
}

describeTable('sqlite', harness);
