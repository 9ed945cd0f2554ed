/**
 * Imported before anything else: makes compression run on this thread, within its turn. In a thread pool it would end
 * at a moment that no seed decides, and virtual time could pass it by.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { startCrc64 } from '../../lib/core/crc64.ts';

type Done = (error: Error | null, result?: Buffer) => void;
type Compress = (bytes: Uint8Array | string, options: object, done: Done) => void;
type CompressSync = (bytes: Uint8Array | string, options?: object) => Buffer;

const zlib = createRequire(import.meta.url)('node:zlib') as Record<'gzip' | 'gunzip', Compress> &
  Record<'gzipSync' | 'gunzipSync', CompressSync>;

function onThisThread(sync: CompressSync): Compress {
  return (bytes, options, done) => {
    try {
      done(null, sync(bytes, options));
    } catch (error) {
      done(error as Error);
    }
  };
}

zlib.gzip = onThisThread(zlib.gzipSync);
zlib.gunzip = onThisThread(zlib.gunzipSync);
syncBuiltinESMExports();

/** More sums than are ever under way at once: a new one would be compiled in another thread. */
const SUMS = 64;

/** Sums that a broken stream left behind are replaced, before virtual time runs. */
export async function readySums(): Promise<void> {
  const sums = await Promise.all(Array.from({ length: SUMS }, startCrc64));
  for (const sum of sums) sum.digest();
}
