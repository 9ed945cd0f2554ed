/** Brings the tables to the version this code knows; several processes may do so at the same time. */
import { UserError } from '../../core/errors.ts';
import type { SqlEngine } from './engine.ts';
import { createSchemaTable, MIGRATIONS } from './schema.ts';
import { takeOver } from './version-1.ts';

/** Throws `UserError` where a newer release has been at work. */
export async function migrate(engine: SqlEngine): Promise<void> {
  const { db, insertIfAbsent, tableOptions } = engine;
  await createSchemaTable(db, tableOptions);
  await insertIfAbsent(db.insertInto('oss2cos_schema').values({ id: 1, version: 0 })).execute();
  const { version } = await db.selectFrom('oss2cos_schema').select('version').executeTakeFirstOrThrow();
  if (version > MIGRATIONS.length)
    throw new UserError(
      `the tables have version ${version}, this release knows ${MIGRATIONS.length}: use a newer oss2cos`,
    );
  for (const [from, statements] of MIGRATIONS.entries()) {
    if (from < version) continue;
    for (const statement of statements(tableOptions)) await statement.execute(db);
    if (from === 1) await takeOver(engine);
    await db
      .updateTable('oss2cos_schema')
      .set({ version: from + 1 })
      .where('version', '=', from)
      .execute();
  }
}
