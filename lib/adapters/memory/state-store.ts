/** A `StateStore` in memory, for tests and simulation. Several may share one map of objects, as handles to one bucket. */
import { compareKeys } from '../../core/keys.ts';
import type { PutOptions, StateStore } from '../../ports/state-store.ts';
import { refusedKey } from './cos-rules.ts';
import { memoryContent } from './content.ts';
import { refusal, turn } from './page.ts';

export interface StateObject {
  readonly bytes: Buffer;
  readonly contentType: string;
}

export class MemoryStateStore implements StateStore {
  readonly objects: Map<string, StateObject>;

  constructor(objects = new Map<string, StateObject>()) {
    this.objects = objects;
  }

  async put(
    key: string,
    body: Uint8Array | string,
    { contentType }: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    await turn(signal);
    this.#store(key, Buffer.from(body as Uint8Array), contentType);
  }

  async putStream(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    { contentType }: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    await turn(signal);
    const taken: Buffer[] = [];
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      taken.push(Buffer.from(chunk));
    }
    this.#store(key, Buffer.concat(taken), contentType);
  }

  async get(key: string, signal: AbortSignal): Promise<Buffer | undefined> {
    await turn(signal);
    const object = this.objects.get(key);
    return object === undefined ? undefined : Buffer.from(object.bytes);
  }

  async getStream(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    await turn(signal);
    const object = this.objects.get(key);
    if (object === undefined) return undefined;
    const content = memoryContent(object.bytes, { bufferedBytesMax: -1, signal });
    return content.kind === 'stream' ? content.chunks : undefined;
  }

  async list(prefix: string, signal: AbortSignal): Promise<string[]> {
    await turn(signal);
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await turn(signal);
    this.objects.delete(key);
  }

  #store(key: string, bytes: Buffer, contentType: string): void {
    const refused = refusedKey(key);
    if (refused !== undefined) throw refusal(refused, 'PutObject', key);
    this.objects.set(key, { bytes, contentType });
  }
}
