/** A copy of the tree that may be spoiled: what git knows, with the packages of the original. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Workplace {
  readonly folder: string;
  remove(): Promise<void>;
}

const run = promisify(execFile);
const LISTING_BYTES_MAX = 64 * 1024 * 1024;

export async function openWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'oss2cos-mutants-'));
  // Committed or not: what is being worked on is what is asked about.
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    maxBuffer: LISTING_BYTES_MAX,
  });
  const files = listed.stdout.split('\0').filter((file) => file !== '' && file !== 'node_modules');
  for (const file of files) await cp(file, join(folder, file), { force: true }).catch(ignoreRemoved);
  await symlink(await realpath('node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A file that was deleted and not committed yet is still listed. */
function ignoreRemoved(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
