/** What the benchmark's sink holds: state objects apart from the copied ones, so that listing state stays cheap. */
import { STATE } from './listen.ts';
import type { ListQuery } from './replies.ts';

export interface Stored {
  readonly key: string;
  readonly size: number;
  readonly crc: string;
  readonly etag: string;
  /** Kept for state objects alone. */
  readonly body?: Buffer;
}

export class ObjectStore {
  readonly #shelves = new Map<string, Shelf>();

  put(bucket: string, object: Stored): void {
    this.#shelf(bucket, object.body !== undefined).put(object);
  }

  get(bucket: string, key: string): Stored | undefined {
    return this.#shelf(bucket, true).objects.get(key) ?? this.#shelf(bucket, false).objects.get(key);
  }

  delete(bucket: string, key: string): void {
    this.#shelf(bucket, true).delete(key);
    this.#shelf(bucket, false).delete(key);
  }

  list(bucket: string, query: ListQuery): { objects: Stored[]; truncated: boolean } {
    // Not those that were copied where state alone is asked for: a million of them would be sorted each time.
    const shelves = query.prefix.includes(STATE) ? [true] : [true, false];
    const found = shelves.flatMap((kept) => this.#shelf(bucket, kept).page(query));
    const objects = found.sort((a, b) => (a.key < b.key ? -1 : 1));
    return { objects: objects.slice(0, query.limit), truncated: objects.length > query.limit };
  }

  #shelf(bucket: string, kept: boolean): Shelf {
    const name = `${bucket}/${String(kept)}`;
    let shelf = this.#shelves.get(name);
    if (shelf === undefined) {
      shelf = new Shelf();
      this.#shelves.set(name, shelf);
    }
    return shelf;
  }
}

/** New keys are sorted in at the next listing: a sort of what is nearly in order is cheap. */
class Shelf {
  readonly objects = new Map<string, Stored>();
  #keys: string[] = [];
  #sorted = true;

  put(object: Stored): void {
    if (!this.objects.has(object.key)) {
      const last = this.#keys.at(-1);
      if (last !== undefined && last > object.key) this.#sorted = false;
      this.#keys.push(object.key);
    }
    this.objects.set(object.key, object);
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.#keys = this.#keys.filter((other) => other !== key);
  }

  /** One object more than the limit where there are more. */
  page({ prefix, after, limit }: ListQuery): Stored[] {
    if (!this.#sorted) this.#keys.sort((a, b) => (a < b ? -1 : 1));
    this.#sorted = true;
    const found: Stored[] = [];
    for (let at = this.#first(prefix, after); at < this.#keys.length && found.length <= limit; at++) {
      const object = this.objects.get(this.#keys[at] ?? '');
      if (object === undefined || !object.key.startsWith(prefix)) break;
      found.push(object);
    }
    return found;
  }

  #first(prefix: string, after: string): number {
    let from = 0;
    let to = this.#keys.length;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      const key = this.#keys[middle] ?? '';
      if (key > after && key >= prefix) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
