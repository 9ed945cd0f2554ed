/** What a listed key costs in the two hot paths alone, in this process: reading a page, and writing a manifest. */
import { MemoryStateStore } from '../../../lib/adapters/memory/state-store.ts';
import { parsePage } from '../../../lib/adapters/oss/page.ts';
import { PAGE_KEYS } from '../../../lib/app/feed.ts';
import { stateLocationOf, TaskState } from '../../../lib/app/task-state.ts';
import { renderEntries } from '../../../lib/core/manifest.ts';
import { flatKeys } from './flat.ts';
import { pageAfter } from './page.ts';
import { flatTask } from './plan-all.ts';

/** CPU µs a key, of all threads of this process. */
export interface HotPaths {
  readonly parsing: number;
  /** Rendered, compressed, digested; not sent. */
  readonly manifest: number;
}

const PAGES = 50;
/** The first is warm-up. */
const ROUNDS = 12;
const CALM = new AbortController().signal;

export async function hotPaths(shape: string): Promise<HotPaths> {
  const bodies = pagesOf(shape);
  const pages = bodies.map(({ body, after }) => parsePage(body, { prefix: '', after }).entries);
  const store = Object.assign(new MemoryStateStore(), { put: () => Promise.resolve() });
  const state = new TaskState(store, stateLocationOf(flatTask('http://127.0.0.1:1')));
  return {
    parsing: await cpuMicrosAKey(() => {
      for (const { body, after } of bodies) parsePage(body, { prefix: '', after });
    }),
    manifest: await cpuMicrosAKey(async () => {
      for (const [seq, entries] of pages.entries())
        await state.writeManifest({ rangeId: 'bench', seq, unique: 'u' }, renderEntries(entries), CALM);
    }),
  };
}

function pagesOf(shape: string): { readonly body: Buffer; readonly after: string }[] {
  const keys = flatKeys(shape, PAGES * PAGE_KEYS);
  return Array.from({ length: PAGES }, (_, page) => {
    const after = page === 0 ? '' : keys.keyAt(page * PAGE_KEYS - 1);
    return { body: Buffer.from(pageAfter(keys, after, PAGE_KEYS).join(''), 'latin1'), after };
  });
}

async function cpuMicrosAKey(work: () => void | Promise<void>): Promise<number> {
  await work();
  const before = process.cpuUsage();
  for (let round = 1; round < ROUNDS; round++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ((ROUNDS - 1) * PAGES * PAGE_KEYS);
}
