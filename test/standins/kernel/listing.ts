/** One page of a listing with prefix and delimiter, as both services group keys under common prefixes. */
import type { StoredObject } from './object.ts';
import { compareUtf8, type ObjectStore } from './store.ts';

export interface PageArguments {
  readonly prefix: string;
  /** The marker, start-after or decoded continuation token: an object's key or a common prefix. */
  readonly startAfter: string;
  /** '' groups nothing. */
  readonly delimiter: string;
  readonly maxKeys: number;
}

export interface Page {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or common prefix of the page; '' for an empty page. */
  readonly last: string;
}

/** Greater than every key that begins with the text before it: a key holds at most 1,023 bytes. */
const BEHIND_ALL = '\u{10ffff}'.repeat(256);

export function listPage(store: ObjectStore, args: PageArguments): Page {
  return args.delimiter === '' ? flatPage(store, args) : groupedPage(store, args);
}

function flatPage(store: ObjectStore, { prefix, startAfter, maxKeys }: PageArguments): Page {
  const found = store.list({ prefix, startAfter, limit: maxKeys + 1 });
  const objects = found.slice(0, maxKeys);
  return { objects, commonPrefixes: [], truncated: found.length > maxKeys, last: objects.at(-1)?.key ?? '' };
}

function groupedPage(store: ObjectStore, { prefix, startAfter, delimiter, maxKeys }: PageArguments): Page {
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  const given = groupOf(startAfter, prefix, delimiter);
  let after = given === startAfter && given !== '' ? startAfter + BEHIND_ALL : startAfter;
  let last = '';
  for (;;) {
    const room = maxKeys - objects.length - commonPrefixes.length;
    const found = store.list({ prefix, startAfter: after, limit: room + 1 });
    const first = found.findIndex((object) => groupOf(object.key, prefix, delimiter) !== '');
    const plain = (first < 0 ? found : found.slice(0, first)).slice(0, room);
    objects.push(...plain);
    last = plain.at(-1)?.key ?? last;
    const grouped = found[first];
    if (!grouped) return { objects, commonPrefixes, truncated: found.length > room, last };
    if (plain.length === room) return { objects, commonPrefixes, truncated: true, last };
    last = groupOf(grouped.key, prefix, delimiter);
    commonPrefixes.push(last);
    after = last + BEHIND_ALL;
  }
}

/** The key up to and with the first delimiter behind the prefix; '' when there is none. */
function groupOf(key: string, prefix: string, delimiter: string): string {
  if (!key.startsWith(prefix) || compareUtf8(key, prefix) === 0) return '';
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? '' : key.slice(0, at + delimiter.length);
}
