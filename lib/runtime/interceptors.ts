/** What cuts across all calls of a port, once per port: waiting for the limits, slowing down where a store throttles, trying control calls again. */
import { CONTROL_RETRY } from '../core/backoff.ts';
import type { ObjectSink } from '../ports/object-sink.ts';
import type { Content, ObjectSource, SourceObject } from '../ports/object-source.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { Semaphore } from '../app/lanes.ts';
import { type RetryContext, retrying } from '../app/retry.ts';
import type { RateLimiter } from './limiter.ts';
import type { Throttle } from './throttle.ts';

export interface Limits {
  /** Requests to one store. */
  readonly requests: RateLimiter;
  /** Bytes read from the source. */
  readonly bytes: RateLimiter;
  /** To wait for both: one at a time. */
  readonly turns: Semaphore;
  /** Of the store, over all tasks. */
  readonly throttle: Throttle;
}

/** Contents up to this size are waited for before the read, larger ones chunk by chunk. */
const WAIT_BEFORE_BYTES_MAX = 1024 * 1024;

/** Control calls are tried again here; `read` belongs to an object's own attempts. */
export function guardSource(source: ObjectSource, limits: Limits, context: RetryContext): ObjectSource {
  const again = <T>(signal: AbortSignal, call: () => Promise<T>) =>
    retrying(CONTROL_RETRY, context, signal, () =>
      limits.throttle.pass(signal, async () => {
        await limits.requests.take(1, signal);
        return call();
      }),
    );
  return {
    list: (request, signal) => again(signal, () => source.list(request, signal)),
    head: (key, signal) => again(signal, () => source.head(key, signal)),
    tags: (key, signal) => again(signal, () => source.tags(key, signal)),
    read: (request, signal) =>
      limits.throttle.pass(signal, () => {
        if (limits.requests.unlimited && limits.bytes.unlimited) return source.read(request, signal);
        return limitedRead(request.expectedBytes ?? 0, limits, signal, () => source.read(request, signal));
      }),
  };
}

async function limitedRead(
  expectedBytes: number,
  limits: Limits,
  signal: AbortSignal,
  read: () => Promise<SourceObject>,
): Promise<SourceObject> {
  const before = expectedBytes <= WAIT_BEFORE_BYTES_MAX ? expectedBytes : 0;
  // Whoever has one and waits for the other goes later than was counted: of many the next seconds would see too much.
  const both = () => Promise.all([limits.requests.take(1, signal), limits.bytes.take(before, signal)]);
  await limits.turns.run(both, signal);
  const object = await read();
  const { content } = object;
  if (content.kind === 'stream')
    return { ...object, content: limitedChunks(content, limits.bytes, before, signal) };
  if (content.bytes.length > before) await limits.bytes.take(content.bytes.length - before, signal);
  return object;
}

function limitedChunks(
  content: Extract<Content, { kind: 'stream' }>,
  bytes: RateLimiter,
  taken: number,
  signal: AbortSignal,
): Content {
  async function* paced(): AsyncIterable<Uint8Array> {
    let free = taken;
    for await (const chunk of content.chunks) {
      await bytes.take(Math.max(0, chunk.length - free), signal);
      free = Math.max(0, free - chunk.length);
      yield chunk;
    }
  }
  return {
    ...content,
    chunks: paced(),
    destroy: () => {
      content.destroy();
    },
  };
}

/**
 * `write` and `writePart` belong to an object's own attempts, and so does `begin`: where its answer is lost, an upload is
 * left that somebody has to know of. `complete` may have been done when its answer is lost, which its caller finds out.
 */
export function guardSink(
  sink: ObjectSink,
  { requests, throttle }: Pick<Limits, 'requests' | 'throttle'>,
  context: RetryContext,
): ObjectSink {
  const limited = async <T>(signal: AbortSignal, call: () => Promise<T>) => {
    await requests.take(1, signal);
    return call();
  };
  const once = <T>(signal: AbortSignal, call: () => Promise<T>) =>
    throttle.pass(signal, () => (requests.unlimited ? call() : limited(signal, call)));
  const again = <T>(signal: AbortSignal, call: () => Promise<T>) =>
    retrying(CONTROL_RETRY, context, signal, () => once(signal, call));
  return {
    list: (request, signal) => again(signal, () => sink.list(request, signal)),
    head: (key, signal) => again(signal, () => sink.head(key, signal)),
    write: (request, signal) => once(signal, () => sink.write(request, signal)),
    begin: (key, attributes, signal) => once(signal, () => sink.begin(key, attributes, signal)),
    writePart: (request, signal) => once(signal, () => sink.writePart(request, signal)),
    complete: (upload, parts, options, signal) =>
      again(signal, () => sink.complete(upload, parts, options, signal)),
    abort: (upload, signal) => again(signal, () => sink.abort(upload, signal)),
    uploads: (key, signal) => again(signal, () => sink.uploads(key, signal)),
    remove: (key, signal) => again(signal, () => sink.remove(key, signal)),
    versioning: (signal) => again(signal, () => sink.versioning(signal)),
  };
}

/** State objects are written under unique names or replaced whole, parts by their number: every call can be made again. */
export function guardState(store: StateStore, context: RetryContext): StateStore {
  const again = <T>(signal: AbortSignal, call: () => Promise<T>) =>
    retrying(CONTROL_RETRY, context, signal, call);
  return {
    put: (key, body, options, signal) => again(signal, () => store.put(key, body, options, signal)),
    beginUpload: (key, options, signal) => again(signal, () => store.beginUpload(key, options, signal)),
    writePart: (part, signal) => again(signal, () => store.writePart(part, signal)),
    completeUpload: (upload, etags, signal) =>
      again(signal, () => store.completeUpload(upload, etags, signal)),
    abortUpload: (upload, signal) => again(signal, () => store.abortUpload(upload, signal)),
    get: (key, signal) => again(signal, () => store.get(key, signal)),
    getStream: (key, signal) => again(signal, () => store.getStream(key, signal)),
    list: (prefix, signal) => again(signal, () => store.list(prefix, signal)),
    remove: (key, signal) => again(signal, () => store.remove(key, signal)),
  };
}
