/** One bucket's objects, kept in UTF-8 byte order, the order in which both services list. */
import type { StoredObject } from './object.ts';

export interface ListArguments {
  readonly prefix: string;
  readonly startAfter: string;
  readonly limit: number;
}

export interface ObjectStore {
  get(key: string): StoredObject | undefined;
  put(object: StoredObject): void;
  delete(key: string): boolean;
  /** At most `limit` objects under `prefix`, strictly after `startAfter` in UTF-8 byte order. */
  list(args: ListArguments): StoredObject[];
  readonly count: number;
  /** In UTF-8 byte order. */
  keys(): Iterable<string>;
}

/** UTF-8 byte order of two well-formed strings, without encoding them. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they come after U+E000–U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** The first index whose key is greater than `key`. */
function indexAfter(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(sorted[middle] ?? '', key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts in any order cost a map entry; the next listing merges them into the sorted keys. */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  let sorted: string[] = [];
  let unsorted: string[] = [];

  function settle(): void {
    if (unsorted.length === 0) return;
    sorted = merge(sorted, unsorted.sort(compareUtf8)).filter((key) => objects.has(key));
    unsorted = [];
  }

  return {
    get: (key) => objects.get(key),
    put(object) {
      if (!objects.has(object.key)) unsorted.push(object.key);
      objects.set(object.key, object);
    },
    delete: (key) => objects.delete(key),
    list({ prefix, startAfter, limit }) {
      settle();
      const page: StoredObject[] = [];
      let at = startAfter === '' ? 0 : indexAfter(sorted, startAfter);
      if (compareUtf8(prefix, startAfter) > 0) at = indexAfter(sorted, prefix);
      if (at > 0 && sorted[at - 1] === prefix && compareUtf8(prefix, startAfter) > 0) at -= 1;
      for (; at < sorted.length && page.length < limit; at += 1) {
        const key = sorted[at] ?? '';
        if (!key.startsWith(prefix)) break;
        const object = objects.get(key);
        if (object) page.push(object);
      }
      return page;
    },
    get count() {
      return objects.size;
    },
    *keys() {
      settle();
      for (const key of sorted) if (objects.has(key)) yield key;
    },
  };
}

/** Both sorted; a key in both comes out once. */
function merge(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = [];
  let left = 0;
  let right = 0;
  while (left < a.length || right < b.length) {
    const x = a[left];
    const y = b[right];
    const order = x === undefined ? 1 : y === undefined ? -1 : compareUtf8(x, y);
    const next = order <= 0 ? x : y;
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
    if (next !== undefined && next !== merged.at(-1)) merged.push(next);
  }
  return merged;
}
