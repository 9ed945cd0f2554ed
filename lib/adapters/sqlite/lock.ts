/** A lock that the operating system frees with the process, however it ends: a transaction on a file that holds nothing. */
import { openDatabase } from './connection.ts';
import { storeErrorOf } from './errors.ts';

export interface TaskLock {
  release(): void;
}

/** Whoever forgets the answer keeps the lock: a database that is garbage would give it up. */
const held = new Set<TaskLock>();

/** Undefined, at once, when another process (or this one) holds the lock. The folder must exist. */
export function lockTask(path: string): TaskLock | undefined {
  const database = openDatabase(path, 0);
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    const refused = storeErrorOf(error, 'lock');
    if (refused.code === 'busy') return undefined;
    throw refused;
  }
  const lock = {
    release() {
      if (!held.delete(lock)) return;
      database.exec('rollback'); // closing alone may leave the transaction open
      database.close();
    },
  };
  held.add(lock);
  return lock;
}
