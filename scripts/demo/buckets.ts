/** Fills both buckets of the demo, spoils the line between them, and mends what can be mended. */
import type { FaultHandle } from '../../test/standins/kernel/faults.ts';
import type { CosSeed } from '../../test/standins/cos/server.ts';
import { type Migration, SOURCE, TARGET } from '../../test/support/migration.ts';
import type { Item, Kind } from './objects.ts';

const OLDER = new Date('2023-01-01T00:00:00Z');
const NEWER = new Date('2025-01-01T00:00:00Z');
/** A key of the target that the source does not have: nobody may touch it. */
const FOREIGN: CosSeed = { key: 'not-from-oss.txt', body: 'the target had this before', lastModified: OLDER };

export async function fillSource(m: Migration, kinds: readonly Kind[], signal: AbortSignal): Promise<void> {
  for (const { items } of kinds) {
    for (const { seed } of items) {
      signal.throwIfAborted();
      await m.oss.seed(SOURCE, seed);
    }
  }
}

/** What the target holds before the migration and must hold after it; the older ones are to be overwritten. */
export async function fillTarget(m: Migration, items: readonly Item[]): Promise<CosSeed[]> {
  const kept = items
    .filter(({ first }) => first === 'skipped')
    .map(({ seed: { key } }): CosSeed => ({ key, body: 'edited in the target since', lastModified: NEWER }));
  const stale = items
    .filter(({ seed: { key } }) => key.startsWith('stale/'))
    .map(({ seed: { key } }): CosSeed => ({ key, body: 'of an earlier attempt', lastModified: OLDER }));
  for (const seed of [FOREIGN, ...kept, ...stale]) await m.cos.seed(TARGET, seed);
  return [FOREIGN, ...kept];
}

/** Each fault strikes once, at photos. */
export function spoilTheLine({ oss, cos }: Migration): FaultHandle[] {
  const key = /^2024\//;
  const read = (nth: number) => ({ action: 'GetObject', key, nth });
  const written = (nth: number) => ({ action: 'PutObject', key, nth });
  return [
    oss.faults.add({ when: read(5), fault: { kind: 'status', status: 503, code: 'ServiceUnavailable' } }),
    oss.faults.add({ when: read(15), fault: { kind: 'reset' } }),
    oss.faults.add({ when: read(25), fault: { kind: 'truncate', afterBytes: 500 } }),
    oss.faults.add({ when: read(35), fault: { kind: 'corrupt', atByte: 7 } }),
    cos.faults.add({ when: written(5), fault: { kind: 'status', status: 503, code: 'SlowDown' } }),
    cos.faults.add({ when: written(15), fault: { kind: 'resetAfter' } }),
    cos.faults.add({ when: written(25), fault: { kind: 'corrupt', atByte: 7 } }),
    cos.faults.add({ when: written(35), fault: { kind: 'statusAfter', status: 500, code: 'InternalError' } }),
  ];
}

/** As RestoreObject does, once the hours it takes are over; answers how many there were. */
export function restoreArchived({ oss }: Migration, items: readonly Item[]): number {
  const archived = items.filter(({ first }) => first === 'ARCHIVED');
  const store = oss.store(SOURCE);
  for (const { seed } of archived) {
    const object = store.get(seed.key);
    if (object !== undefined) store.put({ ...object, restored: true });
  }
  return archived.length;
}
